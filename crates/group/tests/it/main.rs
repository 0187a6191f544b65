//! Scripts against one group coordinator.

mod classic;
mod offsets;
mod script;
mod statics;
mod time;
