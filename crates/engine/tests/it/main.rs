//! Shares generated datasets and looks at every byte that comes out.

mod events;
mod leaks;
mod records;
mod support;
