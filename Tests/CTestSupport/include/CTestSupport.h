/* Nothing of it is called: it is there by being linked. */
