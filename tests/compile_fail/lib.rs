//! Nothing: the programs in `cases/` are what is tested.
