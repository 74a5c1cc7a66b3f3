//! Which way a connection goes: to which of several addresses, and from which of this machine.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use tokio::net::{TcpSocket, TcpStream};

/// Where a connection begins and ends, where that is not left to the dialer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Route {
    /// The address it goes to, one of those of the name.
    pub(crate) to: Option<SocketAddr>,
    /// Which of `--source` it comes from, counted round and round.
    pub(crate) from: Option<usize>,
}

impl Route {
    /// To one address of the name.
    pub(crate) const fn to(address: Option<SocketAddr>) -> Self {
        Self { to: address, from: None }
    }
}

/// The address number `number` of those of `sources` that can reach `to`; none leaves it to the
/// system.
pub(super) fn source(sources: &[IpAddr], number: usize, to: SocketAddr) -> Option<IpAddr> {
    let fitting: Vec<IpAddr> =
        sources.iter().copied().filter(|source| source.is_ipv4() == to.is_ipv4()).collect();
    fitting.get(number.checked_rem(fitting.len())?).copied()
}

/// Opens a TCP connection.
pub(super) async fn open(to: SocketAddr, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(from) = from else { return TcpStream::connect(to).await };
    let socket = if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(to).await
}

/// Whether this machine knows a way to `to`. Nothing is sent: the system only looks the way up.
pub(crate) fn has_route(to: SocketAddr) -> bool {
    let any: IpAddr =
        if to.is_ipv4() { [0, 0, 0, 0].into() } else { [0, 0, 0, 0, 0, 0, 0, 0].into() };
    UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(to)).is_ok()
}

/// Whether connections can come from `source`.
///
/// # Errors
///
/// Why not, such as that it is no address of this machine.
pub(crate) fn can_come_from(source: IpAddr) -> io::Result<()> {
    UdpSocket::bind((source, 0)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_take_turns_among_those_of_the_right_family() {
        let sources: Vec<IpAddr> =
            ["127.0.0.1", "::1", "127.0.0.2"].iter().map(|ip| ip.parse().unwrap()).collect();
        let (v4, v6) = ("192.0.2.1:443".parse().unwrap(), "[2001:db8::1]:443".parse().unwrap());
        let turns: Vec<Option<IpAddr>> =
            (0..3).map(|number| source(&sources, number, v4)).collect();
        assert_eq!(turns, [Some(sources[0]), Some(sources[2]), Some(sources[0])]);
        assert_eq!(source(&sources, 5, v6), Some(sources[1]));
        assert_eq!(source(&sources[..1], 0, v6), None);
        assert_eq!(source(&[], 0, v4), None);
    }

    #[test]
    fn only_addresses_of_this_machine_can_be_sources() {
        assert!(can_come_from("127.0.0.1".parse().unwrap()).is_ok());
        assert!(can_come_from("192.0.2.7".parse().unwrap()).is_err());
        assert!(has_route("127.0.0.1:443".parse().unwrap()));
    }
}
