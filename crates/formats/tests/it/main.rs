//! Reads generated and, where they are there, real datasets through the public interface.

mod archives;
mod hostile;
mod plain;
mod real;
mod support;
