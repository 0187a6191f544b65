//! Assertions for long-lived processes: they say what must hold, and stay on.

/// Asserts an invariant whose breach would damage data: panics in every build, so that the task
/// ends before a wrong byte is written. Use it for what only a bug of ours can break, never for
/// what a peer or a disk sent.
#[macro_export]
macro_rules! always {
    ($cond:expr $(,)?) => {
        assert!($cond, concat!("invariant broken: ", stringify!($cond)))
    };
    ($cond:expr, $($arg:tt)+) => {
        assert!($cond, "invariant broken: {}", format_args!($($arg)+))
    };
}
