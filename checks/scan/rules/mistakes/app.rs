//! Signing in what browsers or phones run.

use crate::model::Weight;
use crate::scan::code::Code;
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic};
use crate::scan::rules::mistakes::{LEVELS, found};
use crate::scan::signing::is_foreign;

const WHY: &str = "What signs holds the secret, and everybody who has the page or app can read it \
                   there and sign in the merchant's name.";
const FIX: &str = "Let the page or app call your own server, and let that sign and call the \
                   platform; replace the secret if a build with it was ever published.";

/// Parts of calls that compute an HMAC.
const HMACS: &[&str] = &[
    "createHmac",
    "HmacSHA256",
    "Hmac(",
    "subtle.sign",
    "hmacSha256",
    "HMACSHA256",
    "HMAC<SHA256>",
];

/// With a secret, in what is public.
pub(in crate::scan::rules) const SIGNS_IN_PUBLIC: Rule = Rule {
    id: "signs-in-public",
    topic: Topic::ClientSigning,
    what: "X-SIGNATURE computed with a secret in what browsers or phones get",
    why: WHY,
    fix: FIX,
    literals: HMACS,
    look: |sight| signs(sight).filter(|_| names_secret(sight)),
    levels: Levels { public: Weight::Failure, ..LEVELS },
    reach: Reach::SigningPublic,
    finds: &[
        "fetch(u,{headers:{\"X-SIGNATURE\":CryptoJS.HmacSHA256(p+t,secretKey).toString()}})",
        "const s=n.createHmac(\"sha256\",e.SECRET_KEY).update(p).digest(\"hex\");h[\"x-signature\"\
         ]=s",
        "final s = Hmac(sha256, utf8.encode(secretKey)).convert(b); headers['X-SIGNATURE'] = '$s';",
    ],
    spares: &[
        "CryptoJS.HmacSHA256(p+t,secretKey).toString()",
        "headers: { 'X-SIGNATURE': await ask('/sign', payload) }",
        "crypto.subtle.sign('HMAC', k, p); h['x-signature'] = s",
    ],
};

/// With something unknown, in what is public.
pub(in crate::scan::rules) const HMAC_IN_PUBLIC: Rule = Rule {
    id: "hmac-in-public",
    topic: Topic::ClientSigning,
    what: "X-SIGNATURE beside an HMAC in what browsers or phones get",
    why: WHY,
    fix: FIX,
    literals: HMACS,
    look: |sight| signs(sight).filter(|_| !names_secret(sight)),
    levels: LEVELS,
    reach: Reach::SigningPublic,
    finds: &[
        "h[\"X-SIGNATURE\"]=r.HmacSHA256(p+t,k).toString()",
        "const s = await crypto.subtle.sign('HMAC', k, p); headers['x-signature'] = hex(s);",
    ],
    spares: &["r.HmacSHA256=a._createHmacHelper(s)", "fetch(u,{headers:{\"X-SIGNATURE\":s}})"],
};

/// In the source of a page or an app.
pub(in crate::scan::rules) const SIGNS_IN_APP: Rule = Rule {
    id: "signs-in-app",
    topic: Topic::ClientSigning,
    what: "X-SIGNATURE computed in the code of a page or an app",
    why: WHY,
    fix: FIX,
    literals: HMACS,
    look: |sight| signs(sight).filter(|_| is_client(sight)),
    levels: LEVELS,
    reach: Reach::SigningPrivate,
    finds: &[
        "import { useState } from 'react';\nconst signature = CryptoJS.HmacSHA256(payload + ts, \
         process.env.REACT_APP_SECRET).toString();\nfetch(url, { headers: { 'X-SIGNATURE': \
         signature } });",
        "'use client';\nconst signature = createHmac('sha256', \
         process.env.NEXT_PUBLIC_KP_SECRET).update(payload).digest('hex');\nconst headers = { \
         'X-SIGNATURE': signature };",
        "<script setup>\nimport { ref } from 'vue';\nconst signature = HmacSHA256(payload + ts, \
         secret).toString();\nheaders['X-SIGNATURE'] = signature;\n</script>",
        "import 'package:flutter/material.dart';\nfinal signature = Hmac(sha256, \
         utf8.encode(secret)).convert(utf8.encode(payload + \
         ts)).toString();\nheaders['X-SIGNATURE'] = signature;",
        "import 'package:flutter/foundation.dart';\nfinal mac = new Hmac(sha256, key);\nreturn \
         {'X-SIGNATURE': '${mac.convert(bytes)}'};",
        "import android.os.Bundle;\nMac mac = \
         Mac.getInstance(\"HmacSHA256\");\nrequest.addHeader(\"X-SIGNATURE\", \
         hex(mac.doFinal(payload)));",
        "import androidx.lifecycle.ViewModel;\nval mac = \
         Mac.getInstance(\"HmacSHA256\")\nbuilder.header(\"X-SIGNATURE\", \
         mac.doFinal(payload).toHex())",
        "using Microsoft.Maui.Baselines;\nusing var hmac = new \
         HMACSHA256(key);\nrequest.Headers.Add(\"X-SIGNATURE\", Hex(hmac.ComputeHash(payload)));",
        "using Xamarin.Forms;\nvar hmac = new \
         HMACSHA256(key);\nrequest.Headers.Add(\"X-SIGNATURE\", Hex(hmac.ComputeHash(payload)));",
    ],
    spares: &[
        "import crypto from 'node:crypto';\nconst signature = crypto.createHmac('sha256', \
         secret).update(payload).digest('hex');\nheaders['X-SIGNATURE'] = signature;",
        "import { NextResponse } from 'next/server';\nimport React from 'react';\nconst signature \
         = createHmac('sha256', secret).update(payload).digest('hex');\nheaders['X-SIGNATURE'] = \
         signature;",
        "import { renderToString } from 'react-dom/server';\nimport express from \
         'express';\nimport App from 'react';\nconst s = createHmac('sha256', \
         secret).update(p).digest('hex');\nh['X-SIGNATURE'] = s;",
        "import 'package:flutter/material.dart';\nfinal digest = Hmac(sha256, \
         key).convert(bytes); // a cache key",
        "import 'package:shelf/shelf.dart';\nfinal mac = Hmac(sha256, key).convert(bytes);\nif \
         (!same(mac, request.headers['x-signature'])) return Response(401);",
        "Mac mac = Mac.getInstance(\"HmacSHA256\");\nrequest.addHeader(\"X-SIGNATURE\", \
         hex(mac.doFinal(payload)));",
        "using Microsoft.AspNetCore.Mvc;\nusing var hmac = new HMACSHA256(key);\nvar given = \
         Request.Headers[\"X-SIGNATURE\"];",
        "'use server';\nimport React from 'react';\nconst s = createHmac('sha256', \
         secret).update(p).digest('hex');\nh['X-SIGNATURE'] = s;",
    ],
};

/// How far from the HMAC the header may stand.
const NEAR: usize = 800;
/// How much of a file's beginning says what it is part of.
const BEGINNING: usize = 4 * 1_024;

/// Marks of code that runs in a browser or on a phone, in lower case.
const CLIENT: [&str; 24] = [
    "'use client'",
    "\"use client\"",
    "from 'react'",
    "from \"react\"",
    "react-native",
    "from 'vue'",
    "from \"vue\"",
    "<script setup",
    "<template>",
    "package:flutter/",
    "@angular/core",
    "next_public_",
    "react_app_",
    "vue_app_",
    "expo_public_",
    "import.meta.env.vite_",
    "import android.",
    "import androidx.",
    "import swiftui",
    "import uikit",
    "microsoft.maui",
    "xamarin.",
    "from 'svelte'",
    "from '@ionic",
];

/// Marks of code that runs on a server, whatever else it imports.
const SERVER: [&str; 16] = [
    "next/server",
    "'use server'",
    "\"use server\"",
    "server-only",
    "express",
    "fastify",
    "@nestjs",
    "getserversideprops",
    "nextapirequest",
    "createserver",
    "package:shelf",
    "aspnetcore",
    "defineeventhandler",
    "springframework",
    "$env/static/private",
    "react-dom/server",
];

/// An HMAC beside the header. The call that comes first speaks for its neighbours.
fn signs(sight: &LiteralContext<'_>) -> Option<Match> {
    let before = sight.before(1).first().copied();
    if sight.literal == "Hmac("
        && before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
    {
        return None;
    }
    if !sight.is_near(NEAR, &["x-signature"]) {
        return None;
    }
    let code = Code::near(sight);
    let in_text = !code.is_code(code.at);
    // Java and Kotlin name the algorithm in a text; a remark is none.
    let named =
        matches!(sight.literal, "HmacSHA256") && sight.before(13).ends_with(b"getInstance(\"");
    if in_text && !named {
        return None;
    }
    // A definition of one's own, and CryptoJS's, is no use of it.
    let defines =
        sight.after(1) == b"="
            || code.code[..code.at].trim_ascii_end().ends_with(b"function")
            || code
                .lower(&code.trimmed(
                    &(crate::scan::match_context::line(code.raw, &(code.at..code.at + 1))),
                ))
                .starts_with("import");
    if defines || is_foreign(sight) {
        return None;
    }
    let end = code.at + sight.literal.trim_end_matches('(').len();
    Some(found(&code, &(code.at..end)))
}

/// Whether what the call is given is named for a secret.
fn names_secret(sight: &LiteralContext<'_>) -> bool {
    let code = Code::near(sight);
    let open =
        code.raw[code.at..].iter().take(40).position(|byte| *byte == b'(').map(|at| code.at + at);
    let Some(brackets) = open.and_then(|open| code.brackets(open)) else { return false };
    let given = code.raw(&brackets).to_ascii_lowercase();
    ["secret", "sk_live_", "sk_test_"].iter().any(|word| given.contains(word))
}

/// Whether the file is part of a page or an app.
fn is_client(sight: &LiteralContext<'_>) -> bool {
    let beginning = String::from_utf8_lossy(&sight.bytes[..sight.bytes.len().min(BEGINNING)])
        .to_ascii_lowercase();
    let near = sight
        .text(sight.at.saturating_sub(NEAR)..sight.bytes.len().min(sight.at + NEAR))
        .to_ascii_lowercase();
    let has =
        |marks: &[&str]| marks.iter().any(|mark| beginning.contains(mark) || near.contains(mark));
    has(&CLIENT) && !has(&SERVER)
}
