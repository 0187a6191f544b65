//! What an endpoint's answer says: a token, or what is wrong and what to do about it.

use ottla_io::http::asking::HttpAnswer;
use serde_json::{Map, Value};

/// Characters of an endpoint's own words that are repeated.
const SAID_MAX: usize = 200;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// A sentence that may show what the endpoint said.
    pub(super) why: String,
    /// Whether the same request may do later.
    pub(super) is_passing: bool,
}

/// The token in an answer.
pub(super) fn token(answer: &HttpAnswer) -> Result<String, Refusal> {
    let refused = |why: String, is_passing| Err(Refusal { why, is_passing });
    if !matches!(answer.status, 200 | 201) {
        let why = format!(
            "it answered {}{}{}",
            answer.status,
            said(&answer.body),
            advice(answer.status, &answer.body)
        );
        return refused(why, is_passing(answer.status));
    }
    if answer.body.is_empty() {
        return refused(format!("it answered {} with nothing", answer.status), true);
    }
    if answer.is_cut {
        let why = format!("its answer is longer than {} bytes", answer.body.len());
        return refused(why + IS_IT, false);
    }
    let Ok(Value::Object(fields)) = serde_json::from_slice(&answer.body) else {
        return refused(format!("its answer is not a JSON object{IS_IT}"), false);
    };
    let texts = ["access_token", "id_token"].into_iter().filter_map(|name| fields.get(name));
    let mut texts = texts.filter_map(Value::as_str).map(str::trim);
    match texts.find(|text| !text.is_empty()) {
        Some(token) => Ok(token.to_owned()),
        None => refused(format!("its answer has no access_token{}{IS_IT}", names(&fields)), false),
    }
}

const IS_IT: &str = ": check that sasl.oauthbearer.token.endpoint.url is the token endpoint";

/// Java's list of answers that the same request would get again is in it: all else passes. What
/// leads elsewhere is not followed, with a secret in hand.
fn is_passing(status: u16) -> bool {
    !matches!(status, 300..=399 | 400..=407 | 409..=415 | 501 | 505)
}

fn advice(status: u16, body: &[u8]) -> &'static str {
    match status {
        300..=399 => {
            ": redirections are not followed; set sasl.oauthbearer.token.endpoint.url to where it \
             leads"
        }
        400 if error_of(body).as_deref() == Some("invalid_scope") => {
            ": check sasl.oauthbearer.scope"
        }
        400 | 401 | 403 => {
            ": check sasl.oauthbearer.client.credentials.client.id and .client.secret, and whether \
             the endpoint wants them url-encoded (sasl.oauthbearer.header.urlencode)"
        }
        404 | 405 | 410 => IS_IT,
        _ => "",
    }
}

fn error_of(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    Some(value.get("error")?.as_str()?.to_owned())
}

/// What an endpoint says about an error: RFC 6749's fields, those of others, or the text itself.
fn said(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(fields) => {
            let field = |name: &str| fields.get(name).and_then(Value::as_str);
            let pair = |code: &str, text: &str| {
                let text = field(text).map_or_else(String::new, |text| format!(" ({text})"));
                field(code).map(|code| format!("{code}{text}"))
            };
            let known = pair("error", "error_description");
            known.or_else(|| pair("errorCode", "errorSummary")).unwrap_or_default()
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let text = one_line(&text);
    if text.is_empty() { String::new() } else { format!(", {text}") }
}

/// The names of an answer's fields: their values may be secret.
fn names(fields: &Map<String, Value>) -> String {
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    let names = one_line(&names.join(", "));
    if names.is_empty() { String::new() } else { format!(" (it has {names})") }
}

fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(SAID_MAX) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> String {
        let answer = HttpAnswer { status, body: body.as_bytes().to_vec(), is_cut: false };
        match token(&answer) {
            Ok(token) => format!("token {token}"),
            Err(refusal) => {
                format!("{}{}", if refusal.is_passing { "passing: " } else { "" }, refusal.why)
            }
        }
    }

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let said = judged(status, body);
        assert!(said.starts_with(expected), "{status} {body}: {said}");
    }

    #[test]
    fn a_token_is_found() {
        check(200, r#"{"access_token":" a.b.c ","expires_in":60}"#, "token a.b.c");
        check(201, r#"{"access_token":"","id_token":"d.e.f"}"#, "token d.e.f");
        check(
            200,
            r#"{"token":"very.secret.x"}"#,
            "its answer has no access_token (it has token):",
        );
        check(
            200,
            r#"{"access_token":5}"#,
            "its answer has no access_token (it has access_token):",
        );
        check(200, "{}", "its answer has no access_token: check");
        check(200, "<html>", "its answer is not a JSON object: check");
        check(200, "", "passing: it answered 200 with nothing");
        let answer = HttpAnswer { status: 200, body: b"{".to_vec(), is_cut: true };
        assert!(token(&answer).unwrap_err().why.starts_with("its answer is longer than 1 bytes"));
    }

    #[test]
    fn a_refusal_is_repeated_with_what_to_do() {
        check(
            401,
            r#"{"error":"invalid_client","error_description":"no\nsuch"}"#,
            "it answered 401, invalid_client (no such): check sasl.oauthbearer.client.credentials",
        );
        check(
            400,
            r#"{"error":"invalid_scope"}"#,
            "it answered 400, invalid_scope: check sasl.oauthbearer.scope",
        );
        check(
            400,
            r#"{"errorCode":"E1","errorSummary":"bad"}"#,
            "it answered 400, E1 (bad): check",
        );
        check(
            404,
            "nothing\there",
            "it answered 404, nothing here: check that sasl.oauthbearer.token",
        );
        check(302, "", "it answered 302: redirections are not followed");
        check(500, "", "passing: it answered 500");
        check(503, "[1]", "passing: it answered 503");
        check(500, &"x".repeat(1000), &format!("passing: it answered 500, {}…", "x".repeat(200)));
    }

    #[test]
    fn what_java_does_not_try_again_is_not_tried_again() {
        let ends =
            [400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 501, 505];
        for status in 400..600 {
            assert_eq!(is_passing(status), !ends.contains(&status), "{status}");
        }
    }
}
