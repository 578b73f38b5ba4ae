//! Many workers at once, killed at random, with messages doubled and out of order.

use std::collections::BTreeMap;

use crate::aws::cloud::Cloud;
use crate::support::{Person, Random, picture, rounds, until};

/// How many are shared for each round.
const PHOTOS: u64 = 25;
const SPACES: u64 = 20;

#[test]
fn three_workers_that_are_killed_again_and_again_lose_double_and_mislay_nothing() {
    let cloud = Cloud::with_queue(false);
    let server = cloud.server(&[]);
    let ann = server.person("ann");
    let spaces: Vec<String> = (0..SPACES)
        .map(|number| ann.space(&format!("Space {number}")))
        .collect();
    let mut random = Random::new(34);
    let mut expected: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut workers: Vec<_> = (0..3).map(|_| cloud.worker()).collect();
    for number in 0..PHOTOS * rounds("CRASH_ROUNDS") {
        let space = random.below(SPACES) as usize;
        let photo = picture(16, number);
        let share = ann.share_photo(&spaces[space], &photo);
        expected.insert(format!("{}/{}.png", space + 1, share["id"]), photo);
        if number % 40 == 39 {
            // Whatever it has in hand comes again, when it has been hidden long enough.
            workers.remove(random.below(3) as usize).kill();
            workers.push(cloud.worker());
        }
        if number % 25 == 0 {
            // A message that comes twice, and perhaps long after its photo was moved.
            let body = format!("{}-{}.png", space + 1, share["id"]);
            cloud.send(&body);
        }
    }
    until("every photo to leave the temporary bucket", || {
        cloud.keys(&cloud.temp).is_empty().then_some(())
    });
    check(&cloud, &ann, &expected);
}

#[test]
fn messages_out_of_order_and_twice_move_every_photo_once() {
    let cloud = Cloud::with_queue(false);
    cloud.make_bucket(&cloud.temp);
    let mut names = Vec::new();
    for number in (0..30).rev() {
        let name = format!("{}-{number}.png", number % 3 + 1);
        cloud.put(&cloud.temp, &name, name.as_bytes());
        names.push(name);
    }
    for name in names.iter().chain(names.iter().rev()) {
        cloud.send(name);
    }
    let _workers: Vec<_> = (0..2).map(|_| cloud.worker()).collect();
    until("the queue to be empty", || {
        (cloud.messages() == 0).then_some(())
    });
    assert!(cloud.keys(&cloud.temp).is_empty());
    let mut moved = Vec::new();
    for (space, bucket) in (1..).zip(cloud.buckets()) {
        for key in cloud.keys(&bucket) {
            let name = format!("{space}-{key}");
            assert_eq!(cloud.get(&bucket, &key), name.as_bytes());
            moved.push(name);
        }
    }
    moved.sort();
    names.sort();
    assert_eq!(moved, names);
}

/// Every photo is in the bucket of its space, once, byte for byte, and each space has one bucket.
fn check(cloud: &Cloud, ann: &Person, expected: &BTreeMap<String, Vec<u8>>) {
    let mut found = BTreeMap::new();
    let mut spaces = Vec::new();
    for bucket in cloud.buckets() {
        let (space, _digits) = bucket
            .strip_prefix(&cloud.prefix)
            .unwrap()
            .split_once('-')
            .unwrap();
        spaces.push(space.to_owned());
        for key in cloud.keys(&bucket) {
            found.insert(format!("{space}/{key}"), cloud.get(&bucket, &key));
        }
    }
    let count = spaces.len();
    spaces.sort();
    spaces.dedup();
    assert_eq!(spaces.len(), count, "a space has two buckets");
    assert_eq!(found.len(), expected.len());
    assert!(
        found == *expected,
        "a photo is lost, doubled or in a wrong bucket"
    );
    let share = ann.get("/shares/1").unwrap().json();
    assert_eq!(ann.fetch(&share["image_url"]).status, 200);
}
