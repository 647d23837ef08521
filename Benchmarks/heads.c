// Asks for one manifest with HEAD, again and again over several connections, and prints the seconds.
//
//   heads PORT PATH ACCEPT COUNT CONNECTIONS
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char request[1024];
static int port, count;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void *ask(void *unused) {
    (void)unused;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
    size_t length = strlen(request);
    for (int turn = 0; turn < count; turn++) {
        if (send(connection, request, length, 0) != (ssize_t)length) fail("send");
        char answer[4096];
        size_t got = 0;
        while (got < 4 || memcmp(answer + got - 4, "\r\n\r\n", 4)) {
            ssize_t more = recv(connection, answer + got, sizeof answer - got, 0);
            if (more <= 0) fail("recv");
            got += (size_t)more;
        }
        if (strncmp(answer, "HTTP/1.1 200", 12)) {
            fprintf(stderr, "%.*s", (int)got, answer);
            exit(1);
        }
    }
    close(connection);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 6) return 64;
    port = atoi(argv[1]);
    int connections = atoi(argv[5]);
    count = atoi(argv[4]) / connections;
    snprintf(request, sizeof request, "HEAD %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: %s\r\n\r\n", argv[2], port, argv[3]);
    pthread_t threads[connections];
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (int i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, ask, NULL)) return 1;
    for (int i = 0; i < connections; i++) pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    printf("%.6f\n", (double)(ended.tv_sec - began.tv_sec) + (double)(ended.tv_nsec - began.tv_nsec) / 1e9);
    return 0;
}
