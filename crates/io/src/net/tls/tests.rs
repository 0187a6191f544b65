//! Both sides of TLS in a simulated world.
