# Which filters, classes or units of a layer or output have an image, and what each image raises.
# $count: how they were chosen; $shown of $total.
shown = { $count ->
    [groups] { $shown } { $noun ->
        [filter] { $shown ->
            [one] filter or group
           *[other] filters or groups
        }
        [class] { $shown ->
            [one] class or group
           *[other] classes or groups
        }
       *[unit] { $shown ->
            [one] unit or group
           *[other] units or groups
        }
    }
    [one] Filter { $first }
    [first] { $shown ->
        [one] The first of { $total } filters
       *[other] The first { $shown } of { $total } filters
    }
    [some] { $shown } of { $total } { $noun ->
        [filter] filters
        [class] classes
       *[unit] units
    }
   *[all] { $shown ->
        [1] The only { $noun }
        [2] Both { $noun ->
            [filter] filters
            [class] classes
           *[unit] units
        }
       *[other] All { $shown } { $noun ->
            [filter] filters
            [class] classes
           *[unit] units
        }
    }
} of { $whose ->
    [output] output '{ $layer }'
   *[layer] { $layer }
}: for each, an image that raises { $objective ->
    [class] its logit.
    [value] its value.
    [unit] its response at { $place } of the map.
   *[filter] its mean response.
}
# What the images look like.
looks = { $kind ->
    [both] { $patterns ->
        [one] { $patterns } image shows a pattern, { $even }
       *[other] { $patterns } images show patterns, { $even }
    } { $even ->
        [one] is nearly even in tone.
       *[other] are nearly even in tone.
    }
    [even] { $shown ->
        [one] The image is nearly even in tone.
       *[other] All images are nearly even in tone.
    }
   *[patterns] { $shown ->
        [one] The image shows a pattern.
       *[other] All images show patterns.
    }
}
# How images were made.
made = Made by { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
} of gradient ascent from a gray image{ $waves ->
    [colors] { " " }in waves of decorrelated colors
    [channels] { " " }in waves of each channel
   *[none] { "" }
}{ $regularized ->
    [yes] , regularized.
   *[no] .
}
# Images that show nothing.
still = Blank because the gradient is zero everywhere: { $noun ->
    [filter] { $count ->
        [one] filter { $tiles }.
       *[other] filters { $tiles }.
    }
   *[none] { $tiles }.
}
silent = Never responding in the end: { $noun ->
    [filter] { $count ->
        [one] filter { $tiles }.
       *[other] filters { $tiles }.
    }
   *[none] { $tiles }.
}
unmoved = No image was found to excite more than gray does: { $noun ->
    [filter] { $count ->
        [one] filter { $tiles }.
       *[other] filters { $tiles }.
    }
   *[none] { $tiles }.
}
# How to read the images.
encoding = { $layout ->
    [colors] Colors are as the model is given them ({ $low } to { $high }).
    [gray] Black is { $low }, white { $high }.
    [several] Each tile holds the { $channels } channels, from left to right. Black is { $low }, white { $high }.
   *[first] Each tile holds the first { $abreast } of the input's { $channels } channels, from left to right. Black is { $low }, white { $high }.
}
# Alternative text; what the images look like follows.
alt = { $shown ->
    [one] A small image for one { $noun }
   *[other] A grid of { $shown } small images, one for each { $noun }
} of { $whose ->
    [output] output '{ $layer }'.
   *[layer] { $type } { $layer }.
}
