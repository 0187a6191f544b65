//! Every setting, declared once: name, type, default, range, documentation, where it may be changed.
