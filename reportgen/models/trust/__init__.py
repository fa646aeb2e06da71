"""Keeps model files from strangers from doing harm; `docs/security.md` says what is promised.

On its way to Keras a file passes `copy`, `inspection` (`archive`, `hdf5`, `configuration`,
`references`, `sizes`) and `trial`; `vetting` leads it there. The inspection is plain Python, with
h5py where there is HDF5: it runs nothing of the file and imports neither Keras nor TensorFlow.
"""
