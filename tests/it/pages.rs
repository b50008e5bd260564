//! The pages of `gen docs` and `gen review`, as a browser and other readers of them see them.

mod formats;
mod review;
mod schema;
