use std::fmt;

/// Where a catalyst is: an HTTP URL without user, query and fragment. Equal ones are written alike: scheme and host in lower
/// case, without the scheme's own port and without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalystUrl(String);

impl CatalystUrl {
    /// Reads a URL; none if it is not one of a catalyst.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => ":443",
            "http" => ":80",
            _ => return None,
        };
        let rest = rest.trim_end_matches('/');
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.to_lowercase();
        let host = host.strip_suffix(default_port).unwrap_or(&host);
        (is_host(host) && is_path(path)).then(|| Self(format!("{scheme}://{host}{path}")))
    }

    /// The URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CatalystUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name or an IP, perhaps with a port; what else could stand there, such as a password, has other characters.
fn is_host(host: &str) -> bool {
    let after_ip = host.rsplit_once(']').map_or(host, |(_, after)| after);
    let (name, port) = match after_ip.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (after_ip, None),
    };
    let is_character = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_name = !name.is_empty() && name.chars().all(is_character);
    let is_ip = name.is_empty() && is_ipv6(host);
    (is_name && !host.contains('[') || is_ip) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_ipv6(host: &str) -> bool {
    let ip = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    ip.is_some_and(|(ip, _)| ip.parse::<std::net::Ipv6Addr>().is_ok())
}

fn is_path(path: &str) -> bool {
    !path.contains(|c: char| c.is_whitespace() || c.is_control() || "?#\\|,".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_urls_are_written_alike() {
        for (text, url) in [
            ("https://peer.example.org", "https://peer.example.org"),
            ("HTTPS://Peer.Example.org:443//", "https://peer.example.org"),
            ("http://x:80/Content/", "http://x/Content"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://x:80", "https://x:80"),
            ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
            ("https://[::1]", "https://[::1]"),
            (
                "https://peer.b\u{fc}cher.example",
                "https://peer.b\u{fc}cher.example",
            ),
        ] {
            let parsed = CatalystUrl::parse(text).unwrap();
            assert_eq!(parsed.as_str(), url);
            assert_eq!(CatalystUrl::parse(url), Some(parsed));
        }
    }

    #[test]
    fn what_is_no_url_of_a_catalyst() {
        for text in [
            "",
            "peer.example.org",
            "//x",
            "ftp://x",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://:443",
            "https://x:port",
            "https://x:99999",
            "https://me:hush@x",
            "https://x?y",
            "https://x/y?z",
            "https://x#y",
            "https://x y",
            "https://x/\n",
            "https://x\\y",
            "https://[::1",
            "https://::1",
            "https://[x]",
            "https://[::1]x",
            "https://a[::1]",
        ] {
            assert_eq!(CatalystUrl::parse(text), None, "{text}");
        }
    }
}
