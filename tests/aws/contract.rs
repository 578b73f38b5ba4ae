//! What every store promises, and every queue: the same tests for each kind.

use std::time::Duration;

use anyhow::anyhow;
use picture::PreviewSize;
use shared_spaces::clock::Clock;
use shared_spaces::config::{Config, Layout, Photos};
use shared_spaces::db::Db;
use shared_spaces::domain::photo_name::PhotoName;
use shared_spaces::queue::{Disposition, Failure, LocalQueue, PhotoQueue, SqsQueue};
use shared_spaces::storage::aws::Aws;
use shared_spaces::storage::{LocalStore, Moved, PhotoSource, PhotoStore, S3Store, Way};
use tokio::io::AsyncReadExt;

use crate::aws::cloud::Cloud;

pub fn name(text: &str) -> PhotoName {
    text.parse().unwrap()
}

/// The bytes that a store serves itself; `None` if it has no such photo.
pub async fn bytes(store: &PhotoStore, photo: &PhotoName) -> Option<Vec<u8>> {
    fetched(store.serve(photo, None, Way::Shortest).await.unwrap()?).await
}

async fn fetched(served: PhotoSource) -> Option<Vec<u8>> {
    match served {
        PhotoSource::Stream(stored) => {
            let (length, mut bytes) = (stored.bytes, Vec::new());
            stored
                .read(0, length)
                .await
                .unwrap()
                .read_to_end(&mut bytes)
                .await
                .unwrap();
            Some(bytes)
        }
        PhotoSource::Redirect { url, .. } => {
            let mut reply = ureq::get(&url).call().unwrap();
            Some(reply.body_mut().read_to_vec().unwrap())
        }
    }
}

/// The bytes of a preview that a store serves; `None` if it has none to show.
async fn preview(store: &PhotoStore, photo: &PhotoName, size: PreviewSize) -> Option<Vec<u8>> {
    let served = store.serve_preview(photo, size, Way::Shortest).await;
    fetched(served.unwrap()?).await
}

async fn store_keeps_its_promises_about_previews(store: &PhotoStore) {
    let (one, other, similar) = (name("2-34.png"), name("2-35.png"), name("22-34.png"));
    let (small, large) = (PreviewSize::Small, PreviewSize::Large);
    store.prepare().await.unwrap();
    assert_eq!(preview(store, &one, small).await, None);
    assert!(store.open_preview(&one, small).await.unwrap().is_none());
    assert!(!store.is_in_space(&one).await.unwrap());
    for photo in [&one, &other, &similar] {
        store.put_temporary(photo, b"photo".to_vec()).await.unwrap();
        assert!(!store.is_in_space(photo).await.unwrap());
        store.move_to_space(photo).await.unwrap();
        assert!(store.is_in_space(photo).await.unwrap());
        for (size, bytes) in [(large, "large"), (small, "first"), (small, "small")] {
            let bytes = format!("{bytes} {photo}").into_bytes();
            store.put_preview(photo, size, bytes).await.unwrap();
        }
    }
    for (size, word) in [(small, "small"), (large, "large")] {
        let expected = format!("{word} 2-34.png").into_bytes();
        assert_eq!(preview(store, &one, size).await.unwrap(), expected);
        let opened = store.open_preview(&one, size).await.unwrap().unwrap();
        assert_eq!(opened.read_all().await.unwrap(), expected);
    }
    assert_eq!(bytes(store, &one).await.unwrap(), b"photo");

    // The mark that there is no preview is stored, and isn't returned as one.
    store.put_preview(&other, small, Vec::new()).await.unwrap();
    let opened = store.open_preview(&other, small).await.unwrap().unwrap();
    assert_eq!(opened.bytes, 0);

    store.delete(&one).await.unwrap();
    store.delete(&one).await.unwrap();
    assert_eq!(preview(store, &one, small).await, None);
    assert_eq!(preview(store, &one, large).await, None);
    assert!(preview(store, &other, large).await.is_some());

    store.delete_previews(&other).await.unwrap();
    store.delete_previews(&other).await.unwrap();
    assert_eq!(preview(store, &other, large).await, None);
    assert!(store.open_preview(&other, small).await.unwrap().is_none());
    assert_eq!(bytes(store, &other).await.unwrap(), b"photo");
    // A worker that was just then making it, for a space that is gone.
    store
        .put_preview(&one, small, b"late".to_vec())
        .await
        .unwrap();
    store.delete(&other).await.unwrap();
    store.delete_space("2").await.unwrap();
    assert!(store.open_preview(&one, small).await.unwrap().is_none());
    let kept = preview(store, &similar, small).await.unwrap();
    assert_eq!(kept, b"small 22-34.png", "space 22 is not space 2");
}

async fn store_keeps_its_promises(store: &PhotoStore) {
    let (one, twelve) = (name("1-34.png"), name("12-34.png"));
    store.prepare().await.unwrap();
    store.prepare().await.unwrap();
    assert_eq!(bytes(store, &one).await, None);
    assert_eq!(store.move_to_space(&one).await.unwrap(), Moved::Missing);

    store.put_temporary(&one, b"first".to_vec()).await.unwrap();
    store.put_temporary(&one, b"one".to_vec()).await.unwrap();
    store
        .put_temporary(&twelve, b"twelve".to_vec())
        .await
        .unwrap();
    assert_eq!(bytes(store, &one).await.unwrap(), b"one");
    assert!(
        store
            .list_temporary(Duration::from_secs(3600))
            .await
            .unwrap()
            .is_empty(),
        "they are too new"
    );

    let opened = store.open(&one).await.unwrap().unwrap();
    assert_eq!(store.move_to_space(&one).await.unwrap(), Moved::Done);
    assert_eq!(
        opened.read_all().await.unwrap(),
        b"one",
        "moved between the two"
    );
    assert_eq!(store.move_to_space(&one).await.unwrap(), Moved::Already);
    assert_eq!(store.move_to_space(&twelve).await.unwrap(), Moved::Done);
    assert_eq!(bytes(store, &one).await.unwrap(), b"one");
    assert_eq!(bytes(store, &twelve).await.unwrap(), b"twelve");

    store.delete(&one).await.unwrap();
    store.delete(&one).await.unwrap();
    assert_eq!(bytes(store, &one).await, None);
    store.delete_space("1").await.unwrap();
    store.delete_space("1").await.unwrap();
    assert_eq!(
        bytes(store, &twelve).await.unwrap(),
        b"twelve",
        "space 12 is not space 1"
    );

    // Many at once, of several spaces: in their space, still staged, nowhere, and of a space that has no store.
    let many = [
        "9-1.png", "9-2.png", "10-3.png", "10-4.png", "11-5.png", "9-6.png",
    ]
    .map(name);
    for photo in &many[..4] {
        store.put_temporary(photo, b"many".to_vec()).await.unwrap();
    }
    for photo in [&many[0], &many[2]] {
        assert_eq!(store.move_to_space(photo).await.unwrap(), Moved::Done);
    }
    store.delete_all(&many).await.unwrap();
    for photo in &many {
        assert_eq!(bytes(store, photo).await, None, "{photo}");
    }
    store.delete_all(&[]).await.unwrap();
    assert_eq!(bytes(store, &twelve).await.unwrap(), b"twelve");

    // A space that comes back gets a store again.
    store.put_temporary(&one, b"again".to_vec()).await.unwrap();
    assert_eq!(store.move_to_space(&one).await.unwrap(), Moved::Done);
    assert_eq!(bytes(store, &one).await.unwrap(), b"again");
    store
        .put_temporary(&one, b"waiting".to_vec())
        .await
        .unwrap();
    store.delete(&one).await.unwrap();
    assert_eq!(bytes(store, &one).await, None, "deleted from both places");
}

#[test]
fn the_local_store_keeps_its_promises() {
    let cloud = Cloud::new();
    let store = PhotoStore::Local(LocalStore::open_at(cloud.folder()).unwrap());
    cloud.wait(store_keeps_its_promises(&store));
    cloud.wait(store_keeps_its_promises_about_previews(&store));
}

#[test]
fn a_preview_that_is_made_again_replaces_the_old_one_whole() {
    let cloud = Cloud::new();
    let store = PhotoStore::Local(LocalStore::open_at(cloud.folder()).unwrap());
    let (photo, size) = (name("2-34.png"), PreviewSize::Small);
    let put = |bytes: &'static str| {
        let put = store.put_preview(&photo, size, Vec::from(bytes));
        cloud.wait(put).unwrap();
    };
    put("the old one");
    let old = cloud.wait(store.open_preview(&photo, size));
    put("new");
    // Nothing was overwritten in place, so a reader, or a start after a crash, finds one of the two.
    let old = old.unwrap().unwrap();
    assert_eq!(cloud.wait(old.read_all()).unwrap(), b"the old one");
    assert_eq!(cloud.wait(preview(&store, &photo, size)).unwrap(), b"new");
}

/// The settings of a store that no other test uses.
pub fn settings(cloud: &Cloud) -> Photos {
    Photos {
        temp_bucket: cloud.temp.clone(),
        bucket_prefix: cloud.prefix.clone(),
        bucket: format!("{}all", cloud.prefix),
        ..Config::default().photos
    }
}

#[test]
fn s3_keeps_its_promises_with_a_bucket_for_each_space() {
    let cloud = Cloud::new();
    let store = PhotoStore::S3(S3Store::new(
        &settings(&cloud),
        Aws::with(cloud.config.clone()),
    ));
    cloud.wait(store_keeps_its_promises(&store));
    cloud.wait(store_keeps_its_promises_about_previews(&store));
}

#[test]
fn s3_keeps_its_promises_with_one_bucket_for_all() {
    let cloud = Cloud::new();
    let settings = Photos {
        layout: Layout::Prefix,
        ..settings(&cloud)
    };
    let store = PhotoStore::S3(S3Store::new(&settings, Aws::with(cloud.config.clone())));
    cloud.wait(store_keeps_its_promises(&store));
    cloud.wait(store_keeps_its_promises_about_previews(&store));
}

async fn queue_keeps_its_promises(queue: &PhotoQueue) {
    assert!(queue.receive(10, false).await.unwrap().is_empty());
    let names: Vec<_> = (1..=3)
        .map(|number| name(&format!("{number}-34.png")))
        .collect();
    assert_eq!(queue.send(names.clone()).await.unwrap(), names);
    let mut received = queue.receive(10, false).await.unwrap();
    while received.len() < 3 {
        received.extend(queue.receive(10, false).await.unwrap());
    }
    received.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    assert_eq!(
        received
            .iter()
            .map(|message| message.name.clone())
            .collect::<Vec<_>>(),
        names
    );
    assert!(received.iter().all(|message| message.attempt == 1));
    assert!(
        queue.receive(10, false).await.unwrap().is_empty(),
        "they are hidden"
    );

    for message in &received {
        queue.extend(message).await.unwrap();
    }
    let failed = received.pop().unwrap();
    let next = queue
        .nack(&failed, &Failure::Other(anyhow!("the disk is full")))
        .await
        .unwrap();
    assert!(matches!(next, Disposition::RetryAt(_)));
    for message in received {
        queue.acknowledge(message).await.unwrap();
    }
    assert!(
        queue.receive(10, false).await.unwrap().is_empty(),
        "one waits, two are gone"
    );
}

#[test]
fn the_local_queue_keeps_its_promises() {
    let cloud = Cloud::new();
    let db = Db::open(&cloud.folder().join("test.db")).unwrap();
    let queue = PhotoQueue::Local(LocalQueue::new(db, Clock::default(), 5));
    cloud.wait(queue_keeps_its_promises(&queue));
}

#[test]
fn sqs_keeps_its_promises_fifo_or_not() {
    for fifo in [true, false] {
        let cloud = Cloud::with_queue(fifo);
        let aws = Aws::with(cloud.config.clone());
        let queue = PhotoQueue::Sqs(SqsQueue::new(
            cloud.queue_url.clone(),
            aws,
            Clock::default(),
        ));
        cloud.wait(queue_keeps_its_promises(&queue));
    }
}
