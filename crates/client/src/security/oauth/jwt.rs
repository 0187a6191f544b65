//! What a token says about itself, checked as Java's `ClientJwtValidator` does: its signature is for
//! the broker. Tokens are secrets, and are in no complaint.

use serde_json::{Map, Value};

use super::super::base64;

/// Under which names a token has its claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClaimNames {
    /// `sasl.oauthbearer.sub.claim.name`.
    pub(super) subject: String,
    /// `sasl.oauthbearer.scope.claim.name`.
    pub(super) scope: String,
}

/// How long a token is good for, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) issued_at: Option<i64>,
    pub(super) expires_at: i64,
}

/// The lifetime of a token that is whole.
///
/// # Errors
/// A sentence, Kafka's where it has one.
pub(super) fn lifetime(token: &str, names: &ClaimNames) -> Result<Lifetime, String> {
    let claims = claims(token)?;
    check_scope(&names.scope, claims.get(&names.scope))?;
    check_text(&names.subject, claims.get(&names.subject))?;
    let expires_at = match seconds("exp", claims.get("exp"))? {
        None => return Err("exp value must be non-null".to_owned()),
        Some(value) if value < 0 => {
            return Err(format!("exp value must be non-negative; value given was \"{value}\""));
        }
        Some(value) => value,
    };
    let issued_at = seconds("iat", claims.get("iat"))?;
    if let Some(value) = issued_at.filter(|value| *value < 0) {
        return Err(format!("iat value must be null or non-negative; value given was \"{value}\""));
    }
    Ok(Lifetime { issued_at, expires_at })
}

/// What stands in the second of the three parts.
fn claims(token: &str) -> Result<Map<String, Value>, String> {
    // What else is in it would change what the broker is told (RFC 6750, 2.1).
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !token.bytes().all(is_allowed) {
        return Err("there are characters in it that no token has".to_owned());
    }
    let parts: Vec<_> = token.split('.').collect();
    let count = parts.iter().filter(|part| !part.is_empty()).count();
    let [_, payload, _] = parts[..] else { return Err(malformed(count)) };
    if count < 3 {
        return Err(malformed(count));
    }
    let payload = base64::decode(payload).ok_or("its claims are not base64")?;
    match serde_json::from_slice(&payload) {
        Ok(Value::Object(claims)) => Ok(claims),
        _ => Err("its claims are not a JSON object".to_owned()),
    }
}

fn malformed(count: usize) -> String {
    format!(
        "Malformed JWT provided; expected three sections (header, payload, and signature), and \
         there are {count}"
    )
}

fn check_scope(name: &str, scope: Option<&Value>) -> Result<(), String> {
    let Some(Value::Array(scopes)) = scope else {
        return match scope {
            Some(Value::String(_)) => check_text(name, scope).map(drop),
            _ => Ok(()),
        };
    };
    let mut seen = std::collections::BTreeSet::new();
    for scope in scopes {
        if !seen.insert(check_text(name, Some(scope))?) {
            return Err(format!("{name} value must not contain duplicates"));
        }
    }
    Ok(())
}

fn check_text<'a>(name: &str, value: Option<&'a Value>) -> Result<&'a str, String> {
    match value {
        None | Some(Value::Null) => Err(format!("{name} value must be non-null")),
        Some(Value::String(text)) if text.is_empty() => {
            Err(format!("{name} value must be non-empty"))
        }
        Some(Value::String(text)) => match text.trim() {
            "" => Err(format!("{name} value must not contain only whitespace")),
            text => Ok(text),
        },
        Some(_) => Err(format!("{name} value must be a text")),
    }
}

/// A claim in seconds, as milliseconds.
fn seconds(name: &str, value: Option<&Value>) -> Result<Option<i64>, String> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(format!("{name} value must be a number")),
    };
    // Java drops what is behind the point, too; a float beyond the range becomes its end.
    let seconds = number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64));
    Ok(seconds.map(|seconds| seconds.saturating_mul(1000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(token: &str) -> String {
        let names = ClaimNames { subject: "sub".to_owned(), scope: "scope".to_owned() };
        match lifetime(token, &names) {
            Ok(Lifetime { issued_at, expires_at }) => format!("{issued_at:?} {expires_at}"),
            Err(why) => why,
        }
    }

    #[track_caller]
    fn check(claims: &str, expected: &str) {
        let token = format!("e30.{}.c2ln", base64::encode_url(claims.as_bytes()));
        assert_eq!(judged(&token), expected, "{claims}");
    }

    #[test]
    fn claims_are_judged_as_by_java() {
        check(r#"{"sub":"a","exp":20,"iat":10}"#, "Some(10000) 20000");
        check(r#"{"sub":"a","exp":20.9}"#, "None 20000");
        check(r#"{"sub":"a","exp":1e300,"iat":null}"#, "None 9223372036854775807");
        check(r#"{"sub":"a","exp":20,"scope":["r"," w"]}"#, "None 20000");
        check(r#"{"sub":"a","exp":20,"scope":7}"#, "None 20000");
        check(r#"{"sub":"a"}"#, "exp value must be non-null");
        check(r#"{"sub":"a","exp":"20"}"#, "exp value must be a number");
        check(
            r#"{"sub":"a","exp":-1}"#,
            "exp value must be non-negative; value given was \"-1000\"",
        );
        check(
            r#"{"sub":"a","exp":1,"iat":-1}"#,
            "iat value must be null or non-negative; value given was \"-1000\"",
        );
        check(r#"{"exp":20}"#, "sub value must be non-null");
        check(r#"{"sub":"","exp":20}"#, "sub value must be non-empty");
        check(r#"{"sub":" ","exp":20}"#, "sub value must not contain only whitespace");
        check(r#"{"sub":5,"exp":20}"#, "sub value must be a text");
        let doubled = "scope value must not contain duplicates";
        check(r#"{"sub":"a","exp":20,"scope":["r","r "]}"#, doubled);
        check(r#"{"sub":"a","exp":20,"scope":[""]}"#, "scope value must be non-empty");
        check(r#"{"sub":"a","exp":20,"scope":""}"#, "scope value must be non-empty");
        check("[]", "its claims are not a JSON object");
        check("{", "its claims are not a JSON object");
        check(&"[".repeat(100_000), "its claims are not a JSON object");
    }

    #[test]
    fn a_token_has_three_parts() {
        for (token, count) in
            [("", 0), ("a", 1), ("a.b", 2), ("a.b.", 2), ("a..c", 2), ("a.b.c.d", 4)]
        {
            assert_eq!(judged(token), malformed(count), "{token}");
        }
        assert_eq!(judged("a.&.c"), "there are characters in it that no token has");
        assert_eq!(judged("a.b.c\u{1}host=x"), "there are characters in it that no token has");
        assert_eq!(judged("a.b.c"), "its claims are not base64");
    }
}
