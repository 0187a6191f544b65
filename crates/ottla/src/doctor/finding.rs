//! One thing the doctor has to say.

use serde_json::json;

/// Whether something has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Somebody has to act.
    Problem,
    /// Good to know.
    Note,
}

/// What is the matter, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) weight: Weight,
    /// The check it comes from.
    pub(super) check: &'static str,
    pub(super) what: String,
    pub(super) place: String,
    pub(super) advice: String,
}

impl Finding {
    /// Something to act on.
    pub(super) fn problem(
        check: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let weight = Weight::Problem;
        Self { weight, check, what: what.into(), place: place.into(), advice: advice.into() }
    }

    /// Something to know.
    pub(super) fn note(
        check: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self { weight: Weight::Note, ..Self::problem(check, what, place, advice) }
    }

    fn weight_name(&self) -> &'static str {
        match self.weight {
            Weight::Problem => "problem",
            Weight::Note => "note",
        }
    }

    /// The line for people.
    pub(super) fn line(&self) -> String {
        let Self { check, what, place, advice, .. } = self;
        format!("{} {check}: {what} at {place}: {advice}", self.weight_name())
    }

    /// The object for programs.
    pub(super) fn json(&self) -> String {
        let Self { check, what, place, advice, .. } = self;
        let weight = self.weight_name();
        json!({"weight": weight, "check": check, "what": what, "where": place, "do": advice})
            .to_string()
    }
}
