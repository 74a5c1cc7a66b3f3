//! What the merchant's own site gives out: a page, the scripts and source maps that it names on its
//! own host, and two files that no site should.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use golive_checks::model::{
    AskedFor, FolderKind, Keyring, NotMade, Observed, Phase, SitePart, SiteSeen, SourceSeen,
    Trouble, TroubleKind,
};
use html5gum::{Token, Tokenizer};
use reqwest::header::ACCEPT;
use url::Url;

use super::source::{Folder, Scan};
use crate::observe::join_all::each;
use crate::observe::net::client::{Client, read};
use crate::observe::net::dial::NoLine;
use crate::observe::net::exchange::HttpSender;
use crate::targets::Targets;

/// What a site should not give out.
const PRIVATE: [(SitePart, &str); 2] =
    [(SitePart::EnvFile, "/.env"), (SitePart::GitConfig, "/.git/config")];

/// How many requests are in flight.
const AT_ONCE: usize = 6;

/// Where a script names its source map.
const SOURCE_MAP: &[u8] = b"sourceMappingURL=";

/// Asks the site that `source.site` names, and searches what it gave.
pub(crate) async fn observe_site(sender: &HttpSender<'_>, targets: &Targets) -> Observed<SiteSeen> {
    let Some(url) = &targets.site else {
        return Observed::NotMade(NotMade::Unconfigured { key: "source.site".to_owned() });
    };
    let client = match Client::new(sender.dialer, sender.limits, url, targets.proxy.as_ref()).await
    {
        Ok(client) => client,
        Err(NoLine::NotMade(why)) => return Observed::NotMade(why),
        Err(NoLine::Trouble(trouble)) => return Observed::Trouble(trouble),
    };
    let visit = Visit { client, url, sender, given: Vec::new(), seen: SiteSeen::default() };
    match visit.look_around(&targets.keys).await {
        Ok(seen) => Observed::Got(seen),
        Err(error) => Observed::Trouble(Trouble {
            kind: TroubleKind::Other,
            phase: Phase::Body,
            after_ms: 0,
            detail: Some(
                sender.redactor.clean(&format!("keeping what the site gave: {}", error.kind())),
            ),
        }),
    }
}

struct Visit<'a> {
    client: Client,
    url: &'a Url,
    sender: &'a HttpSender<'a>,
    /// What came, by path.
    given: Vec<(String, Vec<u8>)>,
    seen: SiteSeen,
}

/// What one request brought.
struct Brought {
    asked: AskedFor,
    body: Vec<u8>,
}

impl Visit<'_> {
    async fn look_around(mut self, keys: &Keyring) -> std::io::Result<SiteSeen> {
        let first = std::iter::once((SitePart::Page, self.url.clone()));
        let private = PRIVATE.into_iter().map(|(what, path)| (what, at(self.url, path)));
        let page = self.ask(first.chain(private).collect()).await.into_iter().next();
        let scripts = page.map_or_else(BTreeSet::new, |page| self.scripts(&page));
        let scripts = self.affordable(scripts).into_iter().map(|url| (SitePart::Script, url));
        let maps: BTreeSet<Url> = self
            .ask(scripts.collect())
            .await
            .iter()
            .filter_map(|(url, body)| source_map(url, body))
            .collect();
        let own = maps.into_iter().filter(|url| url.origin() == self.url.origin()).collect();
        let maps = self.affordable(own).into_iter().map(|url| (SitePart::SourceMap, url));
        self.ask(maps.collect()).await;
        self.search(keys)
    }

    /// As many as the limit leaves room for.
    fn affordable(&mut self, mut urls: BTreeSet<Url>) -> BTreeSet<Url> {
        let room = usize::try_from(self.sender.limits.source_site_requests)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.seen.asked.len());
        if let Some(first_left) = urls.iter().nth(room).cloned() {
            self.seen.left_out += urls.split_off(&first_left).len() as u64;
        }
        urls
    }

    /// Asks for all of them; the bodies of those that came, with their addresses.
    async fn ask(&mut self, wanted: Vec<(SitePart, Url)>) -> Vec<(Url, Vec<u8>)> {
        let mut came = Vec::new();
        for some in wanted.chunks(AT_ONCE) {
            let brought = each(some.iter().map(|(what, url)| self.fetch(*what, url))).await;
            for (Brought { asked, body }, (_, url)) in brought.into_iter().zip(some) {
                if asked.given_out {
                    self.given.push((asked.path.clone(), body.clone()));
                    came.push((url.clone(), body));
                }
                self.seen.asked.push(asked);
            }
        }
        came
    }

    async fn fetch(&self, what: SitePart, url: &Url) -> Brought {
        let cap = usize::try_from(self.sender.limits.source_site_bytes).unwrap_or(usize::MAX);
        let limit = Duration::from_millis(self.sender.limits.exchange_ms);
        let fetched = async {
            let request = self.client.get(url.path(), url.query()).header(ACCEPT, "*/*");
            let mut response = self.client.send(request).await?;
            let status = response.status().as_u16();
            let (body, cut) = read(&mut response, cap).await?;
            Ok::<_, Trouble>((status, body, cut))
        };
        let fetched = tokio::time::timeout(limit, fetched)
            .await
            .unwrap_or_else(|_| Err(crate::observe::net::dial::timed_out(Phase::Body, limit)));
        let path = self.sender.redactor.clean(url.path());
        match fetched {
            Ok((status, body, cut)) => {
                let given_out = status == 200 && is_what_it_says(what, &body);
                Brought {
                    asked: AskedFor {
                        what,
                        path,
                        status: Ok(status),
                        bytes: body.len() as u64,
                        cut,
                        given_out,
                    },
                    body,
                }
            }
            Err(trouble) => {
                let status = Err(self.sender.cleaned(trouble));
                Brought {
                    asked: AskedFor { what, path, status, bytes: 0, cut: false, given_out: false },
                    body: Vec::new(),
                }
            }
        }
    }

    /// The scripts that a page names on its own host; others are counted.
    fn scripts(&mut self, (url, body): &(Url, Vec<u8>)) -> BTreeSet<Url> {
        let mut base = url.clone();
        let mut own = BTreeSet::new();
        for Ok(token) in Tokenizer::new(body.as_slice()) {
            let Token::StartTag(tag) = token else { continue };
            let attribute = |name: &str| {
                tag.attributes
                    .get(name.as_bytes())
                    .map(|value| String::from_utf8_lossy(value).into_owned())
            };
            let named = match tag.name.as_slice() {
                b"base" => {
                    base = attribute("href").and_then(|href| url.join(&href).ok()).unwrap_or(base);
                    continue;
                }
                b"script" => attribute("src"),
                b"link"
                    if attribute("rel").is_some_and(|rel| rel.contains("modulepreload"))
                        || attribute("as").as_deref() == Some("script") =>
                {
                    attribute("href")
                }
                _ => None,
            };
            let Some(script) = named.and_then(|named| base.join(named.trim()).ok()) else {
                continue;
            };
            if script.origin() == self.url.origin() {
                own.insert(script);
            } else {
                self.seen.elsewhere += 1;
            }
        }
        own
    }

    /// Searches what came, as if it lay in a public folder. On the way its names are ours, whatever
    /// the site called it.
    fn search(self, keys: &Keyring) -> std::io::Result<SiteSeen> {
        let Self { url, sender, given, mut seen, .. } = self;
        let folder = tempfile::tempdir()?;
        for (number, (path, body)) in given.iter().enumerate() {
            std::fs::write(folder.path().join(own_name(number, path)), body)?;
        }
        let public = Folder {
            given: url.origin().ascii_serialization(),
            path: folder.path().to_owned(),
            kind: FolderKind::Public,
            only: Vec::new(),
        };
        let scan = Scan::of(vec![public], keys, sender.limits);
        let mut found: SourceSeen = scan.run(&std::sync::atomic::AtomicBool::default());
        let theirs = |name: &str| {
            let number: Option<usize> =
                name.split('.').next().and_then(|number| number.parse().ok());
            number.and_then(|number| given.get(number)).map_or_else(
                || name.to_owned(),
                |(path, _)| path.trim_start_matches('/').to_owned(),
            )
        };
        for hit in &mut found.hits {
            hit.path = theirs(&hit.path);
            hit.tracked = None;
        }
        for unlooked in &mut found.unlooked {
            unlooked.path = theirs(&unlooked.path);
        }
        seen.found = found;
        Ok(seen)
    }
}

/// Another path of the same host.
fn at(url: &Url, path: &str) -> Url {
    let mut other = url.clone();
    other.set_path(path);
    other.set_query(None);
    other.set_fragment(None);
    other
}

/// A name that keeps nothing of the site's but the kind of file.
fn own_name(number: usize, path: &str) -> String {
    let kind = Path::new(path)
        .extension()
        .and_then(|kind| kind.to_str())
        .filter(|kind| ["js", "mjs", "map", "json"].contains(kind));
    format!("{number}.{}", kind.unwrap_or("html"))
}

/// The source map that a script names at its end.
fn source_map(url: &Url, script: &[u8]) -> Option<Url> {
    let at = script.windows(SOURCE_MAP.len()).rposition(|window| window == SOURCE_MAP)?;
    let rest = &script[at + SOURCE_MAP.len()..];
    let end = rest
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || *byte == b'*')
        .unwrap_or(rest.len());
    let map = url.join(std::str::from_utf8(&rest[..end]).ok()?).ok()?;
    // One that is part of the script was searched with it, as far as it can be.
    (map.scheme() != "data").then_some(map)
}

/// Whether a body is what its path says. Applications of one page answer every path with it.
fn is_what_it_says(what: SitePart, body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match what {
        SitePart::Page | SitePart::Script | SitePart::SourceMap => true,
        SitePart::EnvFile => lines.next().is_some_and(|line| {
            let name = line
                .strip_prefix("export ")
                .unwrap_or(line)
                .split_once('=')
                .map(|(name, _)| name.trim());
            name.is_some_and(|name| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
        }),
        SitePart::GitConfig => lines.any(|line| line.eq_ignore_ascii_case("[core]")),
    }
}

#[cfg(test)]
mod tests {
    use golive_checks::model::Limits;

    use super::*;
    use crate::observe::redact::Redactor;
    use crate::observe::testing::{dialer_with, http, serve_http};

    /// Visits a site that answers everything alike; what was seen, and which paths were asked for.
    async fn visit(
        answer: String,
        limits: Limits,
        allow_private: bool,
    ) -> (Observed<SiteSeen>, Vec<String>) {
        let (address, asked) = serve_http(vec![answer]).await;
        let redirect = [("shop.example:80", address)];
        let dialer =
            dialer_with(if allow_private { &redirect } else { &[] }, &[], allow_private, &limits);
        let targets =
            Targets { site: Some(url("http://shop.example/shop/")), ..Targets::default() };
        let targets = if allow_private {
            targets
        } else {
            Targets { site: Some(url(&format!("http://{address}/"))), ..targets }
        };
        let redactor = Redactor::new(&targets.keys);
        let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
        let seen = observe_site(&sender, &targets).await;
        let path = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut paths: Vec<String> = asked.lock().unwrap().iter().map(path).collect();
        paths.sort();
        (seen, paths)
    }

    #[tokio::test]
    async fn asks_for_the_pages_own_scripts_as_far_as_the_limit_goes_and_for_no_others() {
        let page = "<!doctype html><script src='a.js?v=1'></script><script src=/b.js></script><link rel=modulepreload href=c.js>\
                    <script src='https://cdn.example/x.js'></script><script>var k = 'sk_live_MARKER7f3k9q2x8v1m4n6b'</script>";
        let limits = Limits { source_site_requests: 5, ..Limits::default() };
        let (seen, paths) = visit(http("200 OK", "text/html", page), limits, true).await;
        assert_eq!(paths, ["/.env", "/.git/config", "/b.js", "/shop/", "/shop/a.js?v=1"]);
        let Observed::Got(seen) = seen else { panic!("{seen:?}") };
        assert_eq!((seen.elsewhere, seen.left_out, seen.asked.len()), (1, 1, 5));
        let given: Vec<&str> = seen
            .asked
            .iter()
            .filter(|asked| asked.given_out)
            .map(|asked| asked.path.as_str())
            .collect();
        assert_eq!(given, ["/shop/", "/b.js", "/shop/a.js"]);
        assert!(
            seen.found.hits.iter().any(|hit| hit.path == "shop/" && hit.rule == "live-secret"),
            "{:?}",
            seen.found.hits
        );
        assert!(!serde_json::to_string(&seen).unwrap().contains("MARKER7f3k9"));
    }

    #[tokio::test]
    async fn follows_no_redirect_and_reads_no_more_than_it_may() {
        let answer = "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: \
             0\r\nConnection: close\r\n\r\n";
        let (seen, paths) = visit(answer.to_owned(), Limits::default(), true).await;
        assert_eq!(paths, ["/.env", "/.git/config", "/shop/"]);
        let Observed::Got(seen) = seen else { panic!("{seen:?}") };
        assert!(seen.asked.iter().all(|asked| asked.status == Ok(302) && !asked.given_out));
        let limits = Limits { source_site_bytes: 1_024, ..Limits::default() };
        let (seen, _) = visit(http("200 OK", "text/html", &"x".repeat(5_000)), limits, true).await;
        let Observed::Got(seen) = seen else { panic!("{seen:?}") };
        assert!(seen.asked[0].cut && seen.asked[0].bytes == 1_024);
    }

    #[tokio::test]
    async fn a_private_address_is_not_asked() {
        let (seen, paths) = visit(http("200 OK", "text/html", ""), Limits::default(), false).await;
        assert!(
            matches!(seen, Observed::NotMade(NotMade::PrivateTarget { .. })) && paths.is_empty(),
            "{seen:?}"
        );
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn knows_an_env_file_and_a_repository_from_a_page_that_answers_everything() {
        let page = b"<!doctype html><script>a=b</script>";
        for what in [SitePart::EnvFile, SitePart::GitConfig] {
            assert!(!is_what_it_says(what, page) && !is_what_it_says(what, b""));
        }
        assert!(is_what_it_says(SitePart::EnvFile, b"# ours\n\nAPP_KEY=base64:x\n"));
        assert!(is_what_it_says(SitePart::EnvFile, b"export SECRET=1"));
        assert!(!is_what_it_says(SitePart::EnvFile, b"{\"a\": \"b=c\"}"));
        assert!(is_what_it_says(SitePart::GitConfig, b"[core]\n\tbare = false\n"));
    }

    #[test]
    fn finds_the_source_map_that_a_script_names_last() {
        let script = b"x='//# sourceMappingURL=no.map'\n//# sourceMappingURL=main.js.map?v=2\n";
        assert_eq!(
            source_map(&url("https://s.example/a/main.js"), script),
            Some(url("https://s.example/a/main.js.map?v=2"))
        );
        assert_eq!(
            source_map(
                &url("https://s.example/a.js"),
                b"//# sourceMappingURL=data:application/json;base64,e30="
            ),
            None
        );
        assert_eq!(source_map(&url("https://s.example/a.js"), b"nothing"), None);
    }

    #[test]
    fn names_of_the_site_do_not_reach_the_disk() {
        assert_eq!(own_name(3, "/a/../../etc/x.js"), "3.js");
        assert_eq!(own_name(4, "/a/\u{1b}[2J.exe"), "4.html");
    }
}
