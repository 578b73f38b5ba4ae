//! Objects that are too large to be held in memory: in parts, by ranges, and what is left where that breaks.

use std::io::{self, Read};
use std::time::Duration;

use aws_sdk_s3::types::MultipartUpload;
use md5::Md5;
use sha2::{Digest, Sha256};
use shared_spaces::domain::photo_name::PhotoName;
use shared_spaces::storage::{Body, Checked, LocalStore, Moved, PhotoStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::aws::cloud::Cloud;
use crate::aws::contract::{name, settings};
use crate::aws::proxy::Weather;
use crate::aws::refused::store;
use crate::backup::memory::{MIB, peak, peak_memory, photos_of_ann};
use crate::support::{Person, Server, until};

/// Two whole parts and a bit.
const LARGE: u64 = 33 * MIB + 7;
/// What is measured, and what it may take more than something small: far less than it has.
const HUGE: u64 = 200 * MIB;
const MORE: u64 = 80 * MIB;

/// Bytes that are different everywhere, as many as requested.
#[derive(Clone)]
struct Bytes(u64, u64);

fn bytes_of(length: u64) -> Bytes {
    Bytes(0, length)
}

impl Read for Bytes {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(usize::try_from(self.1 - self.0).unwrap());
        for (at, byte) in (self.0..).zip(&mut into[..count]) {
            *byte = byte_at(at);
        }
        self.0 += count as u64;
        Ok(count)
    }
}

fn byte_at(at: u64) -> u8 {
    (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

fn sum_of(length: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    let (mut bytes, mut chunk) = (bytes_of(length), vec![0; 64 * 1024]);
    while let count @ 1.. = bytes.read(&mut chunk).unwrap() {
        hash.update(&chunk[..count]);
    }
    hash.finalize().into()
}

/// As many bytes, as they come over a line.
fn arriving(length: u64) -> impl AsyncRead + Send + Unpin + 'static {
    let chunks = std::iter::from_fn({
        let mut left = bytes_of(length);
        move || {
            let mut chunk = vec![0; 64 * 1024];
            let count = left.read(&mut chunk).unwrap();
            chunk.truncate(count);
            (count > 0).then(|| io::Cursor::new(chunk))
        }
    });
    Chunks(Box::new(chunks), io::Cursor::default())
}

type Chunk = io::Cursor<Vec<u8>>;

struct Chunks(Box<dyn Iterator<Item = Chunk> + Send>, Chunk);

impl AsyncRead for Chunks {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        let this = &mut *self;
        if this.1.position() == this.1.get_ref().len() as u64 {
            match this.0.next() {
                Some(chunk) => this.1 = chunk,
                None => return std::task::Poll::Ready(Ok(())),
            }
        }
        std::pin::Pin::new(&mut this.1).poll_read(cx, buf)
    }
}

async fn streams_and_ranges(store: &PhotoStore) {
    let photo = name("1-34.mp4");
    store.prepare().await.unwrap();
    let body = Body::stream(LARGE, arriving(LARGE));
    store.put_temporary(&photo, body).await.unwrap();
    assert_eq!(store.move_to_space(&photo).await.unwrap(), Moved::Done);
    assert_eq!(store.move_to_space(&photo).await.unwrap(), Moved::Already);
    let open = async || store.open(&photo).await.unwrap().unwrap();
    assert_eq!(open().await.bytes, LARGE);
    assert_eq!(open().await.sha256().await.unwrap(), sum_of(LARGE));
    for (start, length) in [
        (0, 2),
        (16 * MIB - 3, 6),
        (32 * MIB, 1),
        (LARGE - 5, 5),
        (1, 17 * MIB),
    ] {
        let mut found = Vec::new();
        let mut range = open().await.read(start, length).await.unwrap();
        range.read_to_end(&mut found).await.unwrap();
        let expected: Vec<u8> = (start..start + length).map(byte_at).collect();
        assert!(found == expected, "{length} bytes from {start}");
    }
    // What is put there again replaces it, whole.
    let shorter = Body::stream(17 * MIB, arriving(17 * MIB));
    store.put_in_space(&photo, shorter).await.unwrap();
    assert_eq!(open().await.sha256().await.unwrap(), sum_of(17 * MIB));
    store.delete(&photo).await.unwrap();
    assert!(store.open(&photo).await.unwrap().is_none());
}

/// Streams that aren't what they say, each in an upload of one and of several parts.
fn lies() -> Vec<(&'static str, Body)> {
    let mut lies = Vec::new();
    for length in [MIB, LARGE] {
        let (damaged, _) = Checked::new(arriving(length), length, [0; 32]);
        lies.extend([
            ("too few", Body::stream(length, arriving(length - 1))),
            ("too many", Body::stream(length, arriving(length + 1))),
            ("damaged", Body::stream(length, damaged)),
        ]);
    }
    lies
}

async fn keeps_nothing_of_lies(store: &PhotoStore, photo: &PhotoName) {
    for (what, body) in lies() {
        let put = store.put_temporary(photo, body).await;
        assert!(put.is_err(), "{what}");
        assert!(store.open(photo).await.unwrap().is_none(), "{what}");
    }
}

#[test]
fn a_disk_stores_streams_and_serves_ranges_of_them() {
    let cloud = Cloud::new();
    let store = PhotoStore::Local(LocalStore::open_at(cloud.folder()).unwrap());
    cloud.wait(streams_and_ranges(&store));
    cloud.wait(keeps_nothing_of_lies(&store, &name("1-35.mp4")));
    let temp = cloud.folder().join("temp");
    assert_eq!(std::fs::read_dir(temp).unwrap().count(), 0);
}

/// The uploads in parts that S3 holds.
fn uploads(cloud: &Cloud, bucket: &str) -> Vec<MultipartUpload> {
    let list = cloud.s3.list_multipart_uploads().bucket(bucket).send();
    cloud.wait(list).unwrap().uploads().to_vec()
}

#[test]
fn s3_stores_streams_and_serves_ranges_of_them() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(streams_and_ranges(&store));
    cloud.wait(keeps_nothing_of_lies(&store, &name("1-35.mp4")));
    assert_eq!(uploads(&cloud, &cloud.temp).len(), 0);
    assert_eq!(cloud.keys(&cloud.temp), [""; 0]);
    for bucket in cloud.buckets() {
        assert_eq!(uploads(&cloud, &bucket).len(), 0, "{bucket}");
    }
}

#[test]
fn parts_are_equal_but_for_the_last_and_the_object_has_its_type() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let body = Body::stream(LARGE, arriving(LARGE));
    cloud
        .wait(store.put_temporary(&name("1-34.jpg"), body))
        .unwrap();
    let head = cloud.s3.head_object().bucket(&cloud.temp).key("1-34.jpg");
    let head = cloud.wait(head.send()).unwrap();
    assert_eq!(head.content_type(), Some("image/jpeg"));
    // Amazon's tag of an object in parts is made of theirs: with others than of 16 MiB it would be another.
    let bytes: Vec<u8> = (0..LARGE).map(byte_at).collect();
    let sums: Vec<_> = bytes
        .chunks(usize::try_from(16 * MIB).unwrap())
        .flat_map(Md5::digest)
        .collect();
    let tag = format!("\"{}-3\"", hex::encode(Md5::digest(sums)));
    assert_eq!(head.e_tag(), Some(tag.as_str()));
}

#[test]
fn an_upload_that_breaks_at_any_step_leaves_nothing_and_can_be_repeated() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let photo = name("1-34.mp4");
    let put = || store.put_temporary(&photo, Body::stream(LARGE, arriving(LARGE)));
    let error = "<Error><Code>InternalError</Code><Message>We have met an error</Message></Error>";
    let done = "<CompleteMultipartUploadResult><ETag>\"d41d8cd98f00b204e9800998ecf8427e-3\"</ETag>\
        </CompleteMultipartUploadResult>";
    for (method, part, status, answer) in [
        ("POST", "?uploads", 403, error),
        ("PUT", "partNumber=1&", 403, error),
        ("PUT", "partNumber=2", 500, error),
        ("PUT", "partNumber=3", 403, error),
        // Said to be done: with an error inside, with nothing inside, and as if it were so.
        ("POST", "uploadId=", 200, error),
        ("POST", "uploadId=", 200, ""),
        ("POST", "uploadId=", 200, done),
    ] {
        cloud.proxy.answer(method, part, status, answer);
        let failed = cloud.wait(put());
        assert!(failed.is_err(), "{method} {part} {answer}");
        cloud.proxy.relent();
        assert_eq!(uploads(&cloud, &cloud.temp).len(), 0, "{method} {part}");
        assert_eq!(cloud.keys(&cloud.temp), [""; 0], "{method} {part}");
    }
    cloud.wait(put()).unwrap();
    assert_eq!(cloud.keys(&cloud.temp), ["1-34.mp4"]);
    let opened = cloud.wait(store.open(&photo)).unwrap().unwrap();
    assert_eq!(cloud.wait(opened.sha256()).unwrap(), sum_of(LARGE));
}

#[test]
fn an_upload_for_which_nobody_waits_any_more_is_given_up() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let photo = name("1-34.mp4");
    cloud.wait(async {
        // It would wait for ever, because the rest of its bytes don't come.
        let (mut sending, receiving) = tokio::io::duplex(64);
        let put = store.put_temporary(&photo, Body::stream(LARGE, receiving));
        let begun = async {
            // More than fits between the two: some of it is read, which is done once S3 has answered that the upload is created.
            sending.write_all(&[0; 65]).await.unwrap();
            let list = cloud.s3.list_multipart_uploads().bucket(&cloud.temp);
            assert_eq!(list.send().await.unwrap().uploads().len(), 1);
        };
        tokio::select! {
            put = put => panic!("{put:?}"),
            () = begun => {}
        }
        drop(sending);
    });
    until("the upload to be given up", || {
        uploads(&cloud, &cloud.temp).is_empty().then_some(())
    });
}

#[test]
fn what_killed_processes_were_sending_is_given_up_after_a_while_and_nothing_of_others() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    cloud
        .wait(store.put_in_space(&name("1-1.png"), b"photo".to_vec()))
        .unwrap();
    let (space, previews) = (cloud.buckets().pop().unwrap(), cloud.preview_bucket());
    for (bucket, key) in [
        (&cloud.temp, "1-34.mp4"),
        (&cloud.temp, "others/a.tar"),
        (&space, "34.mp4"),
        (&previews, "1/34.mp4.rendition"),
        (&previews, "1/34.mp4"),
    ] {
        let create = cloud.s3.create_multipart_upload().bucket(bucket).key(key);
        cloud.wait(create.send()).unwrap();
    }
    // Moto says of all uploads that they began in 2010.
    let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    assert_eq!(cloud.wait(store.abort_stale_parts(century)).unwrap(), 0);
    let now = Duration::ZERO;
    // A service that can't list them says nothing of them.
    cloud.proxy.answer("GET", "uploads", 501, "");
    assert_eq!(cloud.wait(store.abort_stale_parts(now)).unwrap(), 0);
    cloud.proxy.relent();
    cloud.proxy.set(Weather::Gone);
    assert!(cloud.wait(store.abort_stale_parts(now)).is_err());
    cloud.proxy.set(Weather::Fine);
    assert_eq!(cloud.wait(store.abort_stale_parts(now)).unwrap(), 3);
    let left = |bucket| {
        let left = uploads(&cloud, bucket).into_iter();
        left.filter_map(|upload| upload.key).collect::<Vec<_>>()
    };
    assert_eq!(left(&cloud.temp), ["others/a.tar"]);
    assert_eq!(left(&space), [""; 0]);
    assert_eq!(left(&previews), ["1/34.mp4"]);
}

#[test]
fn what_is_on_its_way_next_to_the_previews_of_a_space_is_given_up_with_the_space() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let previews = cloud.preview_bucket();
    for key in ["1/34.mp4.rendition", "12/34.mp4.rendition"] {
        let create = cloud
            .s3
            .create_multipart_upload()
            .bucket(&previews)
            .key(key);
        cloud.wait(create.send()).unwrap();
    }
    // Without the permission to list them, the space can be deleted all the same.
    cloud.proxy.refuse("GET", "uploads");
    cloud.wait(store.delete_space("1")).unwrap();
    assert_eq!(uploads(&cloud, &previews).len(), 2);
    cloud.proxy.relent();
    cloud.wait(store.delete_space("1")).unwrap();
    let left = uploads(&cloud, &previews);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key(), Some("12/34.mp4.rendition"));
}

#[test]
fn a_move_that_is_killed_between_any_two_steps_is_finished_by_the_next() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let photo = name("1-34.mp4");
    let put = store.put_temporary(&photo, Body::stream(LARGE, arriving(LARGE)));
    cloud.wait(put).unwrap();
    let (is_moved, is_staged) = (
        || {
            cloud
                .buckets()
                .iter()
                .any(|bucket| !cloud.keys(bucket).is_empty())
        },
        || !cloud.keys(&cloud.temp).is_empty(),
    );
    // The copy is refused; it is made, and can't be looked at; it was looked at, and the source can't be deleted.
    for (method, part, copied) in [
        ("PUT", "CopyObject", false),
        ("HEAD", "/34.mp4", true),
        ("DELETE", "/1-34.mp4", true),
    ] {
        cloud.proxy.refuse(method, part);
        assert!(cloud.wait(store.move_to_space(&photo)).is_err(), "{part}");
        cloud.proxy.relent();
        assert_eq!((is_moved(), is_staged()), (copied, true), "{part}");
        let opened = cloud.wait(store.open(&photo)).unwrap().unwrap();
        assert_eq!(opened.bytes, LARGE);
    }
    assert_eq!(
        cloud.wait(store.move_to_space(&photo)).unwrap(),
        Moved::Done
    );
    assert_eq!((is_moved(), is_staged()), (true, false));
    let opened = cloud.wait(store.open(&photo)).unwrap().unwrap();
    assert_eq!(cloud.wait(opened.sha256()).unwrap(), sum_of(LARGE));
}

/// The memory of a server while it sends its one photo.
fn serving(server: Server, ann: &Person, length: u64) -> u64 {
    let ann = ann.at(&server);
    let share = ann.get("/shares/1").unwrap().json();
    let shown = ann.fetch(&share["image_url"]);
    assert_eq!((shown.status, shown.bytes.len() as u64), (200, length));
    let max = peak_memory(server.process.id()).unwrap();
    server.process.terminate();
    assert!(server.process.wait().success());
    max
}

/// The memory that it takes to move one photo to S3 and back, and to serve it here and there.
fn moving_and_serving(length: u64) -> Vec<(&'static str, u64)> {
    let cloud = Cloud::new();
    let (folder, ann) = photos_of_ann(1, length);
    let at = folder.path();
    let local = [("SHARED_SPACES_PHOTOS__QUEUE", "local")];
    let stream = [
        ("SHARED_SPACES_PHOTOS__QUEUE", "local"),
        ("SHARED_SPACES_PHOTOS__DELIVERY", "stream"),
    ];
    let to = |place| {
        let arguments = ["photos", "move", "--to", place];
        peak(cloud.command(at, &arguments, &local))
    };
    let here = serving(Server::start(at), &ann, length);
    let there = to("s3");
    let from_s3 = {
        let settings = cloud.settings();
        let mut all: Vec<(&str, &str)> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend_from_slice(&stream);
        serving(Server::start_with(at, &all), &ann, length)
    };
    let back = to("local");
    vec![
        ("serve from a disk", here),
        ("move to S3", there),
        ("serve from S3", from_s3),
        ("move to a disk", back),
    ]
}

#[test]
fn memory_stays_flat_where_a_large_object_is_moved_and_served() {
    let (little, much) = (moving_and_serving(MIB), moving_and_serving(HUGE));
    for ((what, little), (_, much)) in little.into_iter().zip(much) {
        println!("{what}: {} MiB, and {} MiB", little / MIB, much / MIB);
        assert!(much < little + MORE, "{what}: {little}, and {much}");
    }
}

#[test]
fn a_worker_moves_what_it_could_not_hold() {
    let cloud = Cloud::new();
    let store = store(&cloud, &settings(&cloud));
    cloud.wait(store.prepare()).unwrap();
    let worker = cloud.worker();
    let move_one = |photo: &str, length| {
        let body = Body::stream(length, arriving(length));
        cloud.wait(store.put_temporary(&name(photo), body)).unwrap();
        cloud.send(photo);
        until("the object to be moved", || {
            (cloud.messages() == 0 && cloud.keys(&cloud.temp).is_empty()).then_some(())
        });
        peak_memory(worker.id()).unwrap()
    };
    let little = move_one("1-1.mp4", MIB);
    let much = move_one("1-2.mp4", HUGE);
    println!("{} MiB, and {} MiB", little / MIB, much / MIB);
    assert!(much < little + MORE, "{little}, and {much}");
    assert_eq!(cloud.keys(&cloud.buckets()[0]), ["1.mp4", "2.mp4"]);
}
