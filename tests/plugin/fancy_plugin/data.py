from reportgen.catalog import Entry, Parameter

ENTRY = Entry(
    "fancy_data",
    "Fancy data",
    "dark and light squares",
    parameters=(Parameter("count", "int", 60, "images", minimum=30),),
)


def load(params, seed):
    import numpy as np

    from reportgen.records import Dataset, Preprocessing, Split, Target

    labels = np.arange(params["count"]) % 2
    images = (
        np.where(labels[:, None, None, None] > 0, 220, 30)
        .astype(np.uint8)
        .repeat(8, 1)
        .repeat(8, 2)
    )
    split = Split(images, {"class": labels})
    return Dataset(
        "fancy_data",
        "Squares",
        (Target("class", "Class", ("dark", "light")),),
        dict.fromkeys(("train", "validation", "test"), split),
        Preprocessing(),
        "all",
        f"{params['count']}",
    )
