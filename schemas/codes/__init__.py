"""The coded values as data, by what they speak of. Their lookup stands in `schemas.vocabulary`."""
