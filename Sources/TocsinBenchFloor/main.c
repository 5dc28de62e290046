// The least that a server of event streams can do, as a yardstick: one thread, and one write(2) for each event and stream.
// A GET becomes a stream; the body of a POST becomes the data of an event, framed once. It trusts whoever asks: each request
// must come whole in one read, with one at a time on a connection. Linux only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most = 65536, request_size = 65536 };

static int streams[most], count;
// Where each descriptor is in `streams`, counted from 1; 0 for those that are no streams.
static int places[most];

static void add(int connection) {
    streams[count] = connection;
    places[connection] = ++count;
}

static void drop(int connection) {
    int place = places[connection];
    if (place) {
        int last = streams[--count];
        streams[place - 1] = last;
        places[last] = place;
        places[connection] = 0;
    }
    close(connection);
}

static void answer(int connection, const char *text) {
    if (write(connection, text, strlen(text)) < 0)
        perror("floor: an answer was not written");
}

// The same fields as Tocsin's events, in as many bytes.
static void publish(const char *data) {
    static char event[request_size + 128], chunk[request_size + 256];
    int size = snprintf(event, sizeof event, "event: alarm\ndata: %s\nid: 1795369672516-12345\n\n", data);
    int length = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", size, event);
    for (int i = 0; i < count; i++)
        if (write(streams[i], chunk, length) != length)
            perror("floor: an event was not written");
}

static void serve(int connection) {
    static char request[request_size];
    ssize_t size = read(connection, request, sizeof request - 1);
    if (size <= 0) {
        drop(connection);
        return;
    }
    request[size] = 0;
    if (request[0] == 'G') {
        answer(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        add(connection);
        return;
    }
    const char *body = strstr(request, "\r\n\r\n");
    if (body)
        publish(body + 4);
    answer(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
}

static void watch(int poll, int connection) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = connection};
    epoll_ctl(poll, EPOLL_CTL_ADD, connection, &event);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 4096)
        || getsockname(listener, (struct sockaddr *)&address, &length)) {
        perror("floor");
        return 1;
    }
    fprintf(stderr, "listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    int poll = epoll_create1(0);
    watch(poll, listener);
    for (;;) {
        static struct epoll_event events[1024];
        int ready = epoll_wait(poll, events, 1024, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd != listener) {
                serve(events[i].data.fd);
                continue;
            }
            int connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (connection < 0)
                continue;
            if (connection >= most) {
                close(connection);
                continue;
            }
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            watch(poll, connection);
        }
    }
}
