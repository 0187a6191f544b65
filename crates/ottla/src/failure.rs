//! Why a verb did not do what it was asked: one line, what to do about it, and the exit code.

use std::process::ExitCode;

use crate::console::Console;

/// Exit code when what was asked could not be done, or something was found.
const EXIT_FAILED: u8 = 1;
/// Exit code when what was asked makes no sense.
const EXIT_USAGE: u8 = 2;

/// Exit code of what a signal stopped, as shells have it for SIGINT.
const EXIT_INTERRUPTED: u8 = 130;

/// What a verb comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A sentence without its full stop; empty when all has been said already.
    text: String,
    /// What to do.
    advice: Option<String>,
    code: u8,
}

impl Failure {
    /// It could not be done.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), advice: None, code: EXIT_FAILED }
    }

    /// It makes no sense.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), advice: None, code: EXIT_USAGE }
    }

    /// It failed, and stderr says why already.
    pub(crate) fn told() -> Self {
        Self::new("")
    }

    /// A signal came before all was done; nothing need be said.
    pub(crate) fn interrupted() -> Self {
        Self { code: EXIT_INTERRUPTED, ..Self::told() }
    }

    /// With what to do.
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Says it on stderr.
    pub(crate) fn tell(&self, console: &mut Console) {
        if self.text.is_empty() {
            return;
        }
        console.talk(format_args!("ottla: {}", self.text));
        if let Some(advice) = &self.advice {
            console.talk(format_args!("  {advice}"));
        }
    }
}

impl From<ottla_client::Error> for Failure {
    fn from(error: ottla_client::Error) -> Self {
        let name = error.code().map(|code| format!(" ({})", code.name())).unwrap_or_default();
        let code = match error.kind() {
            ottla_client::ErrorKind::Settings | ottla_client::ErrorKind::Usage => EXIT_USAGE,
            _ => EXIT_FAILED,
        };
        let text = format!("{}{name}", error.message());
        Self { text, advice: Some(error.advice().to_owned()), code }
    }
}

/// The exit code of an outcome, after telling why.
pub(crate) fn exit(outcome: Outcome, console: &mut Console) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(console);
            ExitCode::from(failure.code)
        }
    }
}
