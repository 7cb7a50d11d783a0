//! Islands: who is near whom.
