//! The io seam from outside: the operating system's half on loopback and a temporary directory.
#![allow(clippy::disallowed_methods, reason = "tests prepare and look at real files")]

mod echo;
mod os_disk;
mod os_net;
mod temp_dir;
