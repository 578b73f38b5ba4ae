//! Clients of HTTP/2 that are slow, greedy or gone.

use super::*;

#[tokio::test(start_paused = true)]
async fn who_says_nothing_or_begins_slowly_is_hung_up_on() {
    let (server, _silent) = Server::start(1024);
    server.task.await.unwrap();
    let (server, mut slow) = Server::start(1024);
    for byte in b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" {
        if slow.write_all(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_secs(7)).await;
    }
    server.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_leave_is_left() {
    let (server, client) = Server::with_client().await;
    client.connection.abort();
    let _held = client.requests;
    server.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_not_read_is_given_up_and_the_others_go_on() {
    let (_server, mut client) = Server::with_client().await;
    let mut unread = client.get("/1000000").await.unwrap().into_body();
    // For the whole connection, it has read all of it.
    client.goes_on().await;
    sleep(Duration::from_secs(60)).await;
    client.goes_on().await;
    let mut read = 0;
    let reset = loop {
        match unread.data().await.unwrap() {
            Ok(bytes) => read += bytes.len(),
            Err(reset) => break reset,
        }
    };
    assert_eq!(reset.reason(), Some(Reason::CANCEL));
    assert!(read < 100_000, "{read}");
}

#[tokio::test(start_paused = true)]
async fn who_reads_slowly_gets_it_all() {
    let (_server, mut client) = Server::with_client().await;
    let mut body = client.get("/1000000").await.unwrap().into_body();
    let mut size = 0;
    while let Some(bytes) = body.data().await {
        size += bytes.unwrap().len();
        sleep(Duration::from_secs(20)).await;
        body.flow_control()
            .release_capacity(16 * 1024)
            .unwrap_or_default();
    }
    assert_eq!(size, 1_000_000);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_nobody_reads_are_held_only_up_to_what_a_connection_may() {
    let settings = &mut client::Builder::new();
    let (server, mut client) = Server::with(settings.max_send_buffer_size(4 * MIB)).await;
    let mut sending = JoinSet::new();
    for _ in 0..MAX_STREAMS {
        let (response, mut body) = client.send(request("POST", "/wait"), false).await;
        sending.spawn(async move {
            let sent = pour(&mut body, MIB).await;
            (sent, response, body)
        });
    }
    let sent = sending.join_all().await;
    let all: usize = sent.iter().map(|(sent, ..)| sent).sum();
    assert!(
        sent.iter()
            .all(|(sent, ..)| *sent <= STREAM_WINDOW as usize)
    );
    assert_eq!(all, CONNECTION_WINDOW as usize);
    server.release.send_replace(true);
    for (_, response, _) in sent {
        assert!(response.await.unwrap().status().is_success());
    }
    client.goes_on().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_goes_on_besides_requests_and_ends_when_its_reader_vanishes() {
    let (server, mut client) = Server::with_client().await;
    let mut events = client.get("/events").await.unwrap().into_body();
    for _ in 0..20 {
        let beat = events.data().await.unwrap().unwrap();
        events.flow_control().release_capacity(beat.len()).unwrap();
    }
    client.goes_on().await;
    assert!(!server.task.is_finished());
    // Its side of the connection stays open, and nobody is there.
    let (vanishing, mut stream) = Server::start(MIB);
    let greeting = [GREETING, &raw_get(1, "/events")].concat();
    stream.write_all(&greeting).await.unwrap();
    vanishing.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_head_as_large_as_a_book_is_refused() {
    let (_server, mut client) = Server::with_client().await;
    let mut book = request("GET", "/1");
    let words = "words ".repeat(10_000).trim().parse().unwrap();
    book.headers_mut().insert("x-book", words);
    let refused = client.send(book, true).await.0.await.unwrap();
    assert_eq!(
        refused.status(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
    client.goes_on().await;
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_withdrawn_at_once_end_the_connection() {
    let (server, mut stream) = Server::start(MIB);
    let mut flood = GREETING.to_vec();
    for number in 0..1000_u32 {
        let id = 2 * number + 1;
        let [.., high, low] = id.to_be_bytes();
        flood.extend(raw_get(id, "/wait"));
        // RST_STREAM with CANCEL.
        flood.extend([0, 0, 4, 3, 0, 0, 0, high, low, 0, 0, 0, 8]);
    }
    stream.write_all(&flood).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    // GOAWAY with ENHANCE_YOUR_CALM.
    let goaway = reply
        .windows(9)
        .position(|head| head[3..9] == [7, 0, 0, 0, 0, 0]);
    let goaway = &reply[goaway.unwrap() + 9..];
    assert_eq!(goaway[4..8], [0, 0, 0, 11]);
    server.task.await.unwrap();
}
