"""The list of households for officers, by what each of them waits for."""
