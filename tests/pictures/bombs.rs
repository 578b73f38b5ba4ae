//! What small files cost a server that make decoders and resizers allocate very much: of each kind the worst.

use std::fs;

use crate::pictures::corpus::bombs;
use crate::pictures::memory::{MIB, peak};
use crate::support::{Server, previews, until};

/// The most memory that a server may take while it makes previews: what is allowed for them, the bytes of a photo, and what
/// it needs to be there at all.
const MAX_MEMORY: u64 = 300 * MIB;
/// What takes more than is allowed: a progressive JPEG whose every coefficient has to be there at once, and a WebP with
/// tables for more than a gigabyte.
const TOO_MUCH: [&str; 2] = ["colourful.bomb.jpg", "codes-without-end.bomb.webp"];

#[test]
fn small_files_that_unpack_to_very_much_cost_a_server_a_bounded_amount_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let ann = server.person("ann");
    let space = ann.space("Family");
    let mut max = 0;
    for (name, bomb) in bombs() {
        assert!((bomb.len() as u64) < 3 * MIB, "{name} isn't small");
        let id = ann.share_photo(&space, bomb)["id"].to_string();
        let data = folder.path().join("data");
        let small = until("its previews, or that there are none", || {
            let found = previews(&data).into_iter();
            found
                .filter(|path| path.contains(&format!("/{id}.")) && path.contains("small"))
                .find_map(|path| fs::metadata(data.join("photos/previews").join(path)).ok())
        });
        assert_eq!(small.len() == 0, TOO_MUCH.contains(&name), "{name}");
        let after = peak(server.process.id());
        println!("{name}: {} KiB, {} MiB", bomb.len() / 1024, after / MIB);
        assert!(after < MAX_MEMORY, "{name} costs {} MiB", after / MIB);
        max = max.max(after);
    }
    // It was really work.
    assert!(max > 200 * MIB);
}
