//! The io seam from outside: the operating system on loopback and a temporary directory, and the
//! simulated world.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "tests prepare and look at real files, and end at the first surprise"
)]

mod echo;
mod os_disk;
mod os_net;
mod sim_crash;
mod sim_disk;
mod sim_net;
mod sim_world;
mod stalls;
mod temp_dir;
