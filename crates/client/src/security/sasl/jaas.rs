//! `sasl.jaas.config`, read as Java reads it: its tokens are those of `StreamTokenizer`, its
//! complaints Kafka's. Values may be secrets, and are in no complaint.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use super::super::secret::Secret;

/// The one login module of a setting.
#[derive(Clone, PartialEq, Eq)]
pub(in super::super) struct LoginModule {
    /// The Java class.
    pub(in super::super) class: String,
    options: BTreeMap<String, Secret>,
}

impl fmt::Debug for LoginModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginModule").field("class", &self.class).finish_non_exhaustive()
    }
}

impl LoginModule {
    /// Reads the text of the setting.
    ///
    /// # Errors
    /// Kafka's sentence.
    pub(in super::super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens { rest: text.chars().peekable() };
        let mut modules = Vec::new();
        loop {
            match tokens.next() {
                Token::End => break,
                Token::Text(class) => modules.push(module(class, &mut tokens)?),
                Token::Other(_) => {
                    return Err("Login module not specified in JAAS config".to_owned());
                }
            }
        }
        match modules.len() {
            0 => Err("Login module not specified in JAAS config".to_owned()),
            1 => Ok(modules.remove(0)),
            count => Err(format!(
                "JAAS config property contains {count} login modules, should be 1 module"
            )),
        }
    }

    /// The value of an option.
    pub(in super::super) fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(Secret::reveal)
    }

    /// Options whose names begin with `prefix`, with the rest of their names.
    pub(in super::super) fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let options = self.options.iter();
        options.filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.reveal())))
    }
}

/// What stands behind the class: a flag, options, a semicolon.
fn module(class: String, tokens: &mut Tokens<'_>) -> Result<LoginModule, String> {
    match tokens.next() {
        Token::End => {
            return Err("Login module control flag not specified in JAAS config".to_owned());
        }
        Token::Text(flag) => {
            let known = ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"];
            if !known.iter().any(|known| flag.eq_ignore_ascii_case(known)) {
                return Err(format!("Invalid login module control flag '{flag}' in JAAS config"));
            }
        }
        Token::Other(_) => {
            return Err("Invalid login module control flag 'null' in JAAS config".to_owned());
        }
    }
    let mut options = BTreeMap::new();
    loop {
        let key = match tokens.next() {
            Token::Other(';') => return Ok(LoginModule { class, options }),
            Token::End => return Err("JAAS config entry not terminated by semi-colon".to_owned()),
            Token::Text(key) => key,
            Token::Other(_) => "null".to_owned(),
        };
        let has_value = tokens.next() == Token::Other('=');
        match tokens.next_if(has_value) {
            Some(Token::Text(value)) => drop(options.insert(key, Secret::new(value))),
            _ => return Err(format!("Value not specified for key '{key}' in JAAS config")),
        }
    }
}

/// What `StreamTokenizer` tells apart.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A word, or a text in quotes.
    Text(String),
    /// Another character, or (as `0`) a number.
    Other(char),
    End,
}

struct Tokens<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Tokens<'_> {
    fn next_if(&mut self, condition: bool) -> Option<Token> {
        condition.then(|| self.next())
    }

    fn next(&mut self) -> Token {
        loop {
            let Some(character) = self.rest.next() else { return Token::End };
            match character {
                '\0'..=' ' => {}
                '/' => self.skip_comment(),
                '"' | '\'' => return Token::Text(self.quoted(character)),
                '0'..='9' | '.' | '-' => return self.number(character),
                _ if is_of_word(character) => return Token::Text(self.word(character)),
                _ => return Token::Other(character),
            }
        }
    }

    /// `/* … */`, and from any other `/` to the end of the line.
    fn skip_comment(&mut self) {
        if self.rest.next_if_eq(&'*').is_some() {
            let mut before = ' ';
            for character in self.rest.by_ref() {
                if before == '*' && character == '/' {
                    return;
                }
                before = character;
            }
            return;
        }
        while self.rest.next_if(|character| !matches!(character, '\n' | '\r')).is_some() {}
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        let is_inside =
            |character: &char| is_of_word(*character) || matches!(character, '0'..='9' | '.' | '-');
        while let Some(character) = self.rest.next_if(is_inside) {
            word.push(character);
        }
        word
    }

    /// Numbers have no text, and so stand for no value.
    fn number(&mut self, first: char) -> Token {
        if first == '-' && !self.rest.peek().is_some_and(|next| matches!(next, '0'..='9' | '.')) {
            return Token::Other('-');
        }
        let mut has_point = first == '.';
        while let Some(next) =
            self.rest.next_if(|c| c.is_ascii_digit() || (*c == '.' && !has_point))
        {
            has_point |= next == '.';
        }
        Token::Other('0')
    }

    /// Up to the same quote; the end of a line ends it too.
    fn quoted(&mut self, quote: char) -> String {
        let mut text = String::new();
        while let Some(character) = self.rest.next_if(|next| !matches!(next, '\n' | '\r')) {
            match character {
                _ if character == quote => break,
                '\\' => text.extend(self.escaped()),
                _ => text.push(character),
            }
        }
        text
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.rest.next()? {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            first @ '0'..='7' => {
                let mut code = u32::from(first) - u32::from('0');
                for limit in [8, 32] {
                    if code < limit
                        && let Some(next) = self.rest.next_if(|next| matches!(next, '0'..='7'))
                    {
                        code = code * 8 + u32::from(next) - u32::from('0');
                    }
                }
                char::from_u32(code)?
            }
            other => other,
        })
    }
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphabetic() || matches!(character, '_' | '$') || character >= '\u{a0}'
}
