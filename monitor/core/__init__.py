"""Pure subjects: values in, values out; no clock, network, disk, environment or logger."""
