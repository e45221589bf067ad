// Nothing of this library is called by name: it is preloaded.
