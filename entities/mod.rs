pub mod t;
