//! Every request, response and stored record of every version, generated from messages/.
