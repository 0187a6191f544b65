//! The vectors of the RFCs, and JAAS texts as Kafka 4.4 read them.

use super::super::secret::Secret;
use super::super::token::Token;
use super::jaas::LoginModule;
use super::*;

/// A conversation of SCRAM: the client's texts are what is expected.
#[track_caller]
fn scram(
    hash: Hash,
    nonce: &str,
    first: &str,
    server: [&str; 2],
    last: &str,
) -> Result<Step, Refusal> {
    let mut scram = Scram::new(hash, "user", Secret::new("pencil"), nonce.to_owned(), false);
    assert_eq!(String::from_utf8(scram.first()).unwrap(), first);
    let Step::Send(sent) = scram.answer(server[0].as_bytes())? else { panic!("too early") };
    assert_eq!(String::from_utf8(sent).unwrap(), last);
    scram.answer(server[1].as_bytes())
}

const FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const SERVER_FIRST: &str =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
const LAST: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

fn rfc_7677(server_first: &str, server_final: &str) -> Result<Step, Refusal> {
    scram(Hash::Sha256, "rOprNGfwEbeRWgbNEkqO", FIRST, [server_first, server_final], LAST)
}

#[test]
fn scram_speaks_the_vector_of_rfc_7677() {
    let server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
    assert_eq!(rfc_7677(SERVER_FIRST, server_final), Ok(Step::Done));
}

#[test]
fn scram_trusts_no_server_that_cannot_sign_or_takes_short_cuts() {
    for server_final in
        ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl94G4=", "v=", "", "v=AAAA", "x=1"]
    {
        assert!(rfc_7677(SERVER_FIRST, server_final).is_err(), "{server_final}");
    }
    let refused = rfc_7677(SERVER_FIRST, "e=other-error").unwrap_err();
    assert_eq!(refused.0, "the broker refused: other-error");
    for server_first in [
        "",
        "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=!,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4294967295",
        "r=rOprNGfwEbeRWgbNEkqOx,i=4096",
    ] {
        assert!(rfc_7677(server_first, "").is_err(), "{server_first}");
    }
}

#[test]
fn names_are_escaped_and_tokens_say_that_they_are_tokens() {
    let first = |name, is_token| {
        let secret = Secret::new("x");
        let scram = Scram::new(Hash::Sha512, name, secret, "abc".to_owned(), is_token);
        String::from_utf8(scram.first()).unwrap()
    };
    assert_eq!(first("a=b,c", false), "n,,n=a=3Db=2Cc,r=abc");
    assert_eq!(first("id", true), "n,,n=id,r=abc,tokenauth=true");
}

#[test]
fn plain_and_bearer_are_one_message_each() {
    let plain = Plain { username: "tim".to_owned(), password: Secret::new("tanstaaftanstaaf") };
    assert_eq!(Exchange::Plain(plain).first(), b"\0tim\0tanstaaftanstaaf");
    let extensions = vec![("traceId".to_owned(), "123".to_owned())];
    let token = Token { value: Secret::new("vF9dft4"), extensions };
    let mut bearer = Exchange::OAuthBearer(OAuthBearer::new(token));
    assert_eq!(bearer.first(), b"n,,\x01auth=Bearer vF9dft4\x01traceId=123\x01\x01");
    assert_eq!(bearer.answer(b""), Ok(Step::Done));
    assert_eq!(bearer.answer(b"{\"status\":\"invalid_token\"}"), Ok(Step::Send(vec![1])));
    assert_eq!(bearer.complaint(), Some("{\"status\":\"invalid_token\"}"));
    assert!(bearer.answer(b"more").is_err());
}

/// The module as Kafka's `JaasContext` printed it, or its complaint.
#[track_caller]
fn jaas(text: &str, expected: &str) {
    let found = match LoginModule::parse(text) {
        Ok(module) => {
            let options: Vec<_> =
                module.with_prefix("").map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {{{}}}", module.class, options.join(", "))
        }
        Err(error) => format!("! {error}"),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn jaas_texts_are_read_as_by_kafka() {
    jaas("M required username=\"a\" password=\"b\";", "M {password=b, username=a}");
    jaas("a.b.M REQUIRED u=a-b_c$d.e password=x1;", "a.b.M {password=x1, u=a-b_c$d.e}");
    jaas("/* c */ M required // x\n user=\"ü\";", "M {user=ü}");
    jaas("M required a=\"b\" a=\"c\" d = 'e\\'\\\"\\\\\\101';", "M {a=c, d=e'\"\\A}");
    jaas("M required username= password;", "M {username=password}");
    jaas("M required ü=ö;", "M {ü=ö}");
    jaas("x required p=\"tok=en;1\";", "x {p=tok=en;1}");
    jaas("x optional 'k'='v';", "x {k=v}");
    jaas("x required p=a1.b;", "x {p=a1.b}");
}

#[test]
fn jaas_texts_are_refused_as_by_kafka() {
    let no_value = |key: &str| format!("! Value not specified for key '{key}' in JAAS config");
    jaas("M required username='it''s' password=\"a\";", &no_value("s"));
    jaas("M required username=a password=12;", &no_value("password"));
    jaas("M required username;", &no_value("username"));
    jaas("M required a=\"b\nc\";", &no_value("c"));
    jaas("M required a=b@c;", &no_value("null"));
    for value in ["-5", ".", "#", "1a"] {
        jaas(&format!("x required p={value};"), &no_value("p"));
    }
    for text in ["M required username=a password=b", "M required a=b/c;"] {
        jaas(text, "! JAAS config entry not terminated by semi-colon");
    }
    jaas("M", "! Login module control flag not specified in JAAS config");
    jaas("M maybe;", "! Invalid login module control flag 'maybe' in JAAS config");
    jaas("", "! Login module not specified in JAAS config");
    jaas(
        "M required; M required;",
        "! JAAS config property contains 2 login modules, should be 1 module",
    );
}

#[test]
fn what_is_secret_is_not_shown() {
    let module = LoginModule::parse("M required password=hunter2;").unwrap();
    let token = Token::from("hunter2");
    for shown in [format!("{module:?}"), format!("{token:?}"), Secret::new("hunter2").to_string()] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
