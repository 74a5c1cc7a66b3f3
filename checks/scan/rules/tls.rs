//! TLS verification switched off, language by language.

use crate::model::{HitKind, Weight};
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic, is_word};

const WHY: &str = "Without verification anybody on the path can read the keys and answer in the \
                   platform's place.";

/// A client that does not verify matters where it calls the platform: another client, such as a
/// database's, is another story.
const ONE_CLIENT: Levels = Levels {
    config: Weight::Failure,
    selected: Weight::Warning,
    without_platform: Weight::Information,
    ..Levels::USUAL
};

/// A switch for the whole process matters wherever production sets it.
const WHOLE_PROCESS: Levels = Levels {
    config: Weight::Warning,
    selected: Weight::Information,
    without_platform: Weight::Warning,
    untracked_config: Weight::Information,
    ..Levels::USUAL
};

/// Node: one client.
pub(super) const NODE: Rule = Rule {
    id: "tls-node",
    topic: Topic::TlsVerification,
    what: "rejectUnauthorized: false",
    why: WHY,
    fix: "Remove it; give a private authority by `ca` where one is needed.",
    literals: &["rejectUnauthorized", "strictSSL"],
    look: |sight| value(sight, &["false", "!1", "0"]),
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "new https.Agent({ rejectUnauthorized: false })",
        "rejectUnauthorized:!1",
        "agentOptions.rejectUnauthorized = false;",
        "'rejectUnauthorized': false",
        "strictSSL: false",
    ],
    spares: &[
        "rejectUnauthorized: true",
        "rejectUnauthorized",
        "rejectUnauthorized: process.env.TLS",
        "/* rejectUnauthorized */ x = false",
    ],
};

/// Node: the whole process.
pub(super) const NODE_PROCESS: Rule = Rule {
    id: "tls-node-process",
    topic: Topic::TlsVerification,
    what: "NODE_TLS_REJECT_UNAUTHORIZED=0",
    why: "It switches verification off for every connection of the process, those to the platform \
          included.",
    fix: "Remove it; name a private authority in NODE_EXTRA_CA_CERTS where one is needed.",
    literals: &["NODE_TLS_REJECT_UNAUTHORIZED"],
    look: |sight| value(sight, &["0", "false"]),
    levels: WHOLE_PROCESS,
    reach: Reach::Text,
    finds: &[
        "NODE_TLS_REJECT_UNAUTHORIZED=0",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'",
        "process.env[\"NODE_TLS_REJECT_UNAUTHORIZED\"] = 0;",
        "ENV NODE_TLS_REJECT_UNAUTHORIZED 0",
        "NODE_TLS_REJECT_UNAUTHORIZED: \"0\"",
    ],
    spares: &[
        "NODE_TLS_REJECT_UNAUTHORIZED=1",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'",
        "unset NODE_TLS_REJECT_UNAUTHORIZED",
    ],
};

/// PHP: curl.
pub(super) const PHP_CURL: Rule = Rule {
    id: "tls-php",
    topic: Topic::TlsVerification,
    what: "CURLOPT_SSL_VERIFYPEER or CURLOPT_SSL_VERIFYHOST switched off",
    why: WHY,
    fix: "Remove the option: it is on by default. Give a private authority by CURLOPT_CAINFO \
          where one is needed.",
    literals: &["CURLOPT_SSL_VERIFY"],
    look: |sight| {
        let length = sight.after(8).iter().take_while(|byte| is_word(**byte)).count();
        let whole = LiteralContext {
            literal: if length == 4 && sight.after(4) == b"PEER" {
                "CURLOPT_SSL_VERIFYPEER"
            } else {
                "CURLOPT_SSL_VERIFYHOST"
            },
            ..*sight
        };
        matches!(sight.after(4), b"PEER" | b"HOST")
            .then(|| value(&whole, &["false", "0", "FALSE", "0L"]))?
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, false);",
        "CURLOPT_SSL_VERIFYHOST => 0,",
        "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, 0);",
        "curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);",
    ],
    spares: &[
        "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, true);",
        "CURLOPT_SSL_VERIFYHOST => 2,",
        "CURLOPT_SSL_VERIFYSTATUS => 0",
    ],
};

/// `verify=False` and its kin, in Python, PHP, Ruby.
pub(super) const VERIFY_FALSE: Rule = Rule {
    id: "tls-verify-false",
    topic: Topic::TlsVerification,
    what: "a client told not to verify certificates",
    why: WHY,
    fix: "Remove the argument; name the file of a private authority in its place where one is \
          needed.",
    literals: &["verify", "withoutVerifying"],
    look: |sight| {
        if sight.literal == "withoutVerifying" {
            let called = sight.after(1) == b"(";
            return called.then(|| Match {
                range: sight.at..sight.end(),
                excerpt: "withoutVerifying()".to_owned(),
                kind: HitKind::Real,
            });
        }
        let word = sight.run(is_word);
        let name = sight.text(word.clone()).into_owned();
        let literal = [
            "verify",
            "verify_ssl",
            "verify_peer",
            "verify_peer_name",
            "sslverify",
            "ssl_verify",
            "ssl_verify_peer",
        ]
        .into_iter()
        .find(|known| *known == name)?;
        let found = value(
            &LiteralContext { at: word.start, literal, ..*sight },
            &["False", "false", "FALSE", "0", "!1"],
        )?;
        // `verify: false` alone is said of many things.
        let of_requests = literal != "verify"
            || sight.is_near(
                400,
                &["request", "http", "guzzle", "ssl", "tls", "session", "curl", "client"],
            );
        of_requests.then_some(found)
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "requests.post(url, json=body, verify=False)",
        "session.verify = False",
        "new Client(['base_uri' => $httpUrl, 'verify' => false])",
        "'verify_peer' => false,",
        "wp_remote_post($url, ['sslverify' => false])",
        "Http::withoutVerifying()->post($url)",
        "HTTParty.post(url, verify: false)",
        "aiohttp.TCPConnector(verify_ssl=False)",
    ],
    spares: &[
        "requests.post(url, verify=True)",
        "jwt.decode(token, verify_signature=False)",
        "'verify' => $ca",
        "verify(signature) == False",
        "verify: falsehood",
        "'verify_peer' => true",
    ],
};

/// Python: contexts.
pub(super) const PYTHON_CONTEXT: Rule = Rule {
    id: "tls-python",
    topic: Topic::TlsVerification,
    what: "an SSL context that does not verify",
    why: WHY,
    fix: "Use ssl.create_default_context(), with `cafile` where a private authority is needed.",
    literals: &["_create_unverified_context", "CERT_NONE", "check_hostname"],
    look: |sight| match sight.literal {
        "check_hostname" => value(sight, &["False", "0"]),
        "CERT_NONE" => {
            let line = crate::scan::match_context::line(sight.bytes, &(sight.at..sight.end()));
            let before = sight.text(line.start..sight.at);
            let set = before.trim_end_matches("ssl.").trim_end();
            let ends = sight.after(1).first().is_none_or(|byte| !is_word(*byte));
            (ends && set.ends_with('=') && !set.ends_with("==") && !set.ends_with("!="))
                .then(|| whole(sight))
        }
        _ => Some(whole(sight)),
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "ssl._create_unverified_context()",
        "ctx.verify_mode = ssl.CERT_NONE",
        "ctx.check_hostname = False",
        "cert_reqs=ssl.CERT_NONE",
        "urllib3.PoolManager(cert_reqs = CERT_NONE)",
    ],
    spares: &[
        "if mode == ssl.CERT_NONE:",
        "ctx.check_hostname = True",
        "CERT_NONE_OF_THEM = 1",
        "ssl.CERT_REQUIRED",
    ],
};

/// Go.
pub(super) const GO: Rule = Rule {
    id: "tls-go",
    topic: Topic::TlsVerification,
    what: "InsecureSkipVerify: true",
    why: WHY,
    fix: "Remove it; give a private authority by RootCAs where one is needed.",
    literals: &["InsecureSkipVerify"],
    look: |sight| value(sight, &["true"]),
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &["&tls.Config{InsecureSkipVerify: true}", "cfg.InsecureSkipVerify = true"],
    spares: &[
        "InsecureSkipVerify: false",
        "InsecureSkipVerify: opts.Insecure",
        "if c.InsecureSkipVerify {",
    ],
};

/// Java and Kotlin.
pub(super) const JVM: Rule = Rule {
    id: "tls-jvm",
    topic: Topic::TlsVerification,
    what: "a trust manager or host name verifier that accepts everything",
    why: WHY,
    fix: "Use the default trust manager and host name verifier; add a private authority to a \
          trust store where one is needed.",
    literals: &[
        "TrustAllStrategy",
        "NoopHostnameVerifier",
        "ALLOW_ALL_HOSTNAME_VERIFIER",
        "setHostnameVerifier",
        "hostnameVerifier",
    ],
    look: |sight| match sight.literal {
        "setHostnameVerifier" | "hostnameVerifier" => {
            let after = sight.text(sight.end()..sight.end() + sight.after(80).len());
            let compact: String = after.chars().filter(|c| !c.is_whitespace()).collect();
            // `((host, session) -> true)` and Kotlin's `{ _, _ -> true }`.
            let lambda = compact.split_once("->true").map(|(before, _)| before);
            let accepts = lambda.is_some_and(|before| {
                (before.starts_with('(') || before.starts_with('{')) && !before.contains([';', '"'])
            });
            accepts.then(|| whole(sight))
        }
        _ => {
            let used = sight.after(1).first().is_some_and(|byte| b".(:;,)".contains(byte));
            let line = crate::scan::match_context::line(sight.bytes, &(sight.at..sight.end()));
            (used && !sight.bytes[line].trim_ascii_start().starts_with(b"import"))
                .then(|| whole(sight))
        }
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "loadTrustMaterial(null, TrustAllStrategy.INSTANCE)",
        "setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE)",
        "conn.setHostnameVerifier((host, session) -> true);",
        "builder.hostnameVerifier { _, _ -> true }",
        "SSLSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER)",
    ],
    spares: &[
        "import org.apache.http.conn.ssl.NoopHostnameVerifier;",
        "conn.setHostnameVerifier(new DefaultHostnameVerifier());",
        "setHostnameVerifier(verifier); x.map(a -> true)",
    ],
};

/// Ruby.
pub(super) const RUBY: Rule = Rule {
    id: "tls-ruby",
    topic: Topic::TlsVerification,
    what: "OpenSSL::SSL::VERIFY_NONE",
    why: WHY,
    fix: "Remove it; give a private authority by `ca_file` where one is needed.",
    literals: &["VERIFY_NONE"],
    look: |sight| {
        let ends = sight.after(1).first().is_none_or(|byte| !is_word(*byte));
        let line = crate::scan::match_context::line(sight.bytes, &(sight.at..sight.end()));
        let before = sight.text(line.start..sight.at);
        let set =
            before.contains("verify_mode") && !before.contains("==") && !before.contains("!=");
        (ends && set).then(|| whole(sight))
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "http.verify_mode = OpenSSL::SSL::VERIFY_NONE",
        "verify_mode: OpenSSL::SSL::VERIFY_NONE",
    ],
    spares: &[
        "if http.verify_mode == OpenSSL::SSL::VERIFY_NONE",
        "OpenSSL::SSL::VERIFY_PEER",
        "VERIFY_NONE = 0",
    ],
};

/// C#.
pub(super) const DOTNET: Rule = Rule {
    id: "tls-dotnet",
    topic: Topic::TlsVerification,
    what: "a certificate callback that accepts everything",
    why: WHY,
    fix: "Remove the callback; add a private authority to the machine's store where one is needed.",
    literals: &[
        "DangerousAcceptAnyServerCertificateValidator",
        "ServerCertificateCustomValidationCallback",
        "ServerCertificateValidationCallback",
    ],
    look: |sight| {
        if sight.literal.starts_with("Dangerous") {
            return Some(whole(sight));
        }
        let after = sight.text(sight.end()..sight.end() + sight.after(120).len());
        let compact: String = after.chars().filter(|c| !c.is_whitespace()).collect();
        let lambda = compact.split_once("=>true").map(|(before, _)| before);
        lambda
            .is_some_and(|before| before.starts_with(['=', '+']) && !before.contains([';', '"']))
            .then(|| whole(sight))
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;",
        "ServicePointManager.ServerCertificateValidationCallback += (s, c, ch, e) => true;",
        "HttpClientHandler.DangerousAcceptAnyServerCertificateValidator",
    ],
    spares: &[
        "handler.ServerCertificateCustomValidationCallback = Validate;",
        "ServerCertificateCustomValidationCallback = (m, c, ch, e) => e == SslPolicyErrors.None;",
    ],
};

/// Dart.
pub(super) const DART: Rule = Rule {
    id: "tls-dart",
    topic: Topic::TlsVerification,
    what: "a badCertificateCallback that accepts everything",
    why: WHY,
    fix: "Remove the callback; give a private authority by SecurityContext where one is needed.",
    literals: &["badCertificateCallback"],
    look: |sight| {
        let after = sight.text(sight.end()..sight.end() + sight.after(160).len());
        let compact: String = after.chars().filter(|c| !c.is_whitespace()).collect();
        let lambda = compact.split_once("=>true").map(|(before, _)| before);
        lambda
            .is_some_and(|before| before.starts_with('=') && !before.contains([';', '"']))
            .then(|| whole(sight))
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "client.badCertificateCallback = (X509Certificate c, String h, int p) => true;",
        "..badCertificateCallback = ((cert, host, port) => true)",
    ],
    spares: &[
        "client.badCertificateCallback = (c, h, p) => false;",
        "badCertificateCallback = check;",
    ],
};

/// Rust.
pub(super) const RUST: Rule = Rule {
    id: "tls-rust",
    topic: Topic::TlsVerification,
    what: "danger_accept_invalid_certs(true)",
    why: WHY,
    fix: "Remove it; add a private authority by add_root_certificate where one is needed.",
    literals: &["danger_accept_invalid"],
    look: |sight| {
        let name = sight.run(is_word);
        sight.bytes[name.end..].starts_with(b"(true)").then(|| Match {
            excerpt: format!("{}(true)", sight.text(name.clone())),
            range: name,
            kind: HitKind::Real,
        })
    },
    levels: ONE_CLIENT,
    reach: Reach::PlatformText,
    finds: &[
        "Client::builder().danger_accept_invalid_certs(true)",
        ".danger_accept_invalid_hostnames(true)",
    ],
    spares: &[
        ".danger_accept_invalid_certs(false)",
        ".danger_accept_invalid_certs(insecure)",
        "pub fn danger_accept_invalid_certs(mut self, yes: bool)",
    ],
};

/// Shell.
pub(super) const COMMAND_LINE: Rule = Rule {
    id: "tls-command-line",
    topic: Topic::TlsVerification,
    what: "curl or wget told not to verify certificates",
    why: WHY,
    fix: "Remove the option; name the file of a private authority by --cacert where one is needed.",
    literals: &["curl ", "wget ", "--insecure", "--no-check-certificate"],
    look: |sight| {
        let line = crate::scan::match_context::line(sight.bytes, &(sight.at..sight.end()));
        let text = sight.text(line);
        let insecure = text.split_whitespace().find(|word| {
            matches!(*word, "-k" | "--insecure" | "--no-check-certificate")
                || word.starts_with('-')
                    && !word.starts_with("--")
                    && word.len() <= 5
                    && word[1..].bytes().all(|b| b.is_ascii_alphabetic())
                    && word.ends_with('k')
        })?;
        // One hit per line: that of the program.
        let program =
            sight.literal.ends_with(' ') && text.to_ascii_lowercase().contains("kwikpaisa.com");
        let excerpt =
            format!("{}{}", sight.literal, if insecure.len() <= 22 { insecure } else { "-k" });
        program.then(|| Match { range: sight.at..sight.end(), excerpt, kind: HitKind::Real })
    },
    levels: Levels { config: Weight::Warning, code: Weight::Warning, ..Levels::USUAL },
    reach: Reach::PlatformText,
    finds: &[
        "curl -k https://api.kwikpaisa.com/api/v3",
        "curl -sk https://api.kwikpaisa.com/",
        "wget --no-check-certificate https://api.kwikpaisa.com/",
    ],
    spares: &[
        "curl https://api.kwikpaisa.com/api/v3",
        "curl -k https://localhost/",
        "curl --insecure https://10.0.0.1/",
    ],
};

/// The literal itself.
fn whole(sight: &LiteralContext<'_>) -> Match {
    Match {
        range: sight.at..sight.end(),
        excerpt: sight.literal.trim_start_matches('_').to_owned(),
        kind: HitKind::Real,
    }
}

/// The literal with one of `values` given to it: `name: value`, `name = value`, `name => value`,
/// `name, value`, `['name'] = 'value'`.
fn value(sight: &LiteralContext<'_>, values: &[&'static str]) -> Option<Match> {
    let before = sight.before(1);
    if before.first().is_some_and(|byte| is_word(*byte)) {
        return None;
    }
    let after = sight.after(40);
    let mut rest = after.strip_prefix(b"\"").or_else(|| after.strip_prefix(b"'")).unwrap_or(after);
    rest = rest.strip_prefix(b"]").unwrap_or(rest);
    let spaced = rest.len();
    rest = trim_blank(rest);
    let by_space = spaced != rest.len();
    let marks: [&[u8]; 5] = [b"=>", b":=", b"=", b":", b","];
    let compared = [b"==".as_slice(), b"=~"].iter().any(|mark| rest.starts_with(mark));
    rest = match marks.iter().find_map(|mark| rest.strip_prefix(*mark)) {
        Some(rest) if !compared => rest,
        // `ENV NAME 0`
        None if by_space && sight.literal.starts_with("NODE_") => rest,
        Some(_) | None => return None,
    };
    rest = trim_blank(rest);
    rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let value = values.iter().find(|value| {
        rest.strip_prefix(value.as_bytes())
            .is_some_and(|after| after.first().is_none_or(|byte| !is_word(*byte)))
    })?;
    let end = sight.end() + after.len() - rest.len() + value.len();
    Some(Match {
        range: sight.at..end,
        excerpt: format!("{} = {value}", sight.literal),
        kind: HitKind::Real,
    })
}

fn trim_blank(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &bytes[blank..]
}
