//! Sockets, files, clock, spawn and random: the one door to the outside, and its simulated twin.
