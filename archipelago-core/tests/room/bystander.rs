//! Somebody who is there while others are turned away.

use archipelago_core::room::{Reason, SocketId};

use crate::hall::{Hall, encode, update};

/// A room with one member, who must hear nothing.
pub struct Bystander {
    pub hall: Hall,
    socket: SocketId,
}

impl Bystander {
    pub fn new() -> Self {
        let mut hall = Hall::new();
        let socket = hall.enter(200);
        Self { hall, socket }
    }

    /// The socket was closed for this reason, without a word to anybody; whatever it says later changes nothing.
    #[track_caller]
    pub fn refused(&mut self, socket: SocketId, reason: &Reason, code: u16) {
        let hall = &mut self.hall;
        assert_eq!(hall.closed.get(&socket), Some(reason));
        assert_eq!(reason.code(), code, "{reason}");
        assert_eq!(hall.take(socket), []);
        assert_eq!(hall.take(self.socket), []);
        let count = hall.room.socket_count();
        hall.frame(socket, &encode(update(1, b"ghost", false)));
        hall.text(socket);
        hall.gone(socket);
        assert_eq!(hall.take(self.socket), []);
        assert_eq!(hall.room.socket_count(), count);
    }
}
