//! Which settings make a login, and what is said about those that do not.

use ottla_sim::World;

use super::super::sasl::jaas::LoginModule;
use super::*;

const MODULE: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required";

/// The request that these settings lead to, or why there is none.
fn made(options: &str, given: &[(&str, &str)]) -> String {
    let given = [("bootstrap.servers", "a:1")].iter().chain(given).copied();
    let settings = match CommonSettings::from_properties(given) {
        Ok(settings) => settings,
        Err(error) => return error.message().to_owned(),
    };
    let module = LoginModule::parse(&format!("{MODULE} {options};")).unwrap();
    match login(&World::new(1).node("client"), &settings, Some(&module)) {
        Ok(Some(login)) => shown(login.plan()),
        Ok(None) => "none".to_owned(),
        Err(error) => error.message().to_owned(),
    }
}

fn shown(plan: &Plan) -> String {
    let from = match &plan.source {
        Source::File(path) => path.clone(),
        Source::Server(server) => {
            let Credentials { id, secret, scope, .. } = &server.credentials;
            let limits = (server.connect_max.as_millis(), server.answer_max.as_millis());
            format!("{id} {} {scope:?} {limits:?}", secret.reveal())
        }
    };
    format!("{from} {:?}", plan.extensions)
}

#[track_caller]
fn check(options: &str, given: &[(&str, &str)], expected: &str) {
    let said = made(options, given);
    assert!(said.starts_with(expected), "{options} {given:?}: {said}");
    assert!(!said.contains("hidden-secret"), "{said}");
}

const AT: (&str, &str) = (URL, "http://h/token");

#[test]
fn settings_count_before_the_options_of_the_module() {
    check("", &[], "none");
    check("unsecuredLoginStringClaim_sub=\"a\"", &[], "none");
    let old = "clientId=\"i\" clientSecret=\"s\" scope=\"r w\" extension_cluster=\"c 1\"";
    let extension = "[(\"cluster\", \"c 1\")]";
    check(old, &[AT], &format!("i s Some(\"r w\") (10000, 30000) {extension}"));
    let new = [
        AT,
        (ID, " I "),
        (SECRET, "S"),
        ("sasl.oauthbearer.scope", "x"),
        ("sasl.login.connect.timeout.ms", "0"),
        ("sasl.login.read.timeout.ms", "77"),
    ];
    check(old, &new, &format!("I S Some(\"x\") (10000, 77) {extension}"));
    check("", &new, "I S Some(\"x\") (10000, 77) []");
    check("", &[(URL, "file:///run/token")], "/run/token []");
}

#[test]
fn settings_that_lack_something_are_told_what() {
    check("clientId=i", &[], "sasl.oauthbearer.token.endpoint.url is not set");
    check("", &[(ID, "i")], "sasl.oauthbearer.token.endpoint.url is not set");
    check("", &[AT], "sasl.oauthbearer.token.endpoint.url needs");
    check("clientId=i clientSecret=\" \"", &[AT], "sasl.oauthbearer.token.endpoint.url needs");
    check(
        "",
        &[(URL, "ftp://hidden-secret@h")],
        "sasl.oauthbearer.token.endpoint.url: its protocol",
    );
    let given = [AT, (ID, "i"), (SECRET, "hidden-secret")];
    let with = |more: (&'static str, &'static str)| [&given[..], &[more]].concat();
    check(
        "",
        &with(("sasl.login.retry.backoff.max.ms", "99")),
        "sasl.login.retry.backoff.max.ms is less",
    );
    check(
        "",
        &with(("sasl.oauthbearer.sub.claim.name", "")),
        "sasl.oauthbearer.sub.claim.name is empty",
    );
    check(
        "",
        &with(("sasl.login.refresh.window.factor", "0.4")),
        "Invalid value 0.4 for configuration sasl.login.refresh.window.factor",
    );
    check("extension_auth=x", &given, "sasl.jaas.config: extension_auth:");
    check("extension_a1=x", &given, "sasl.jaas.config: extension_a1:");
    let nowhere = "ssl.truststore.location=\"/nowhere\" ssl.truststore.password=\"hidden-secret\"";
    let tls = [(URL, "https://h/"), given[1], given[2]];
    check(nowhere, &tls, "ssl.truststore.location=/nowhere: ");
}
