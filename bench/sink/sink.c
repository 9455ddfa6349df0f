/*
 * A peer that costs next to nothing: it frames PDUs (PS3.8 clause 9.3), answers C-STORE and C-ECHO with success (PS3.7
 * clause 9.3) and throws the data sets away. One thread, poll, TCP_NODELAY. It shares no code with the product.
 *
 *   sink [max-pdu [delay-ms]]
 *
 * stdin:  "reset"   forgets what was counted; answers "ok"
 *         "report"  answers one line of JSON
 *         end of file ends the sink
 * stdout: first line "dicom PORT discard PORT"; the second port reads everything and knows no protocol.
 *
 * Each answer is held back by delay-ms from the end of its request, whatever else is open: a peer with latency, not one
 * that works on one request after the other.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, READ_LENGTH = 262144, ASSOCIATE_MAX = 65536, COMMAND_MAX = 4096, ANSWERS_MAX = 4096 };

struct answer {
  uint64_t due_ns;
  uint32_t length;
  uint8_t bytes[512];
};

struct connection {
  int fd;
  int discards;
  /* Of the PDU that is being read. */
  uint8_t header[6];
  uint32_t header_length;
  uint32_t pdu_left;
  uint8_t *associate;
  uint32_t associate_length;
  /* Of the PDV that is being read. */
  uint8_t pdv[6];
  uint32_t pdv_length;
  uint32_t pdv_left;
  uint8_t command[COMMAND_MAX];
  uint32_t command_length;
  uint8_t context;
  /* A ring of answers that wait for their time. */
  struct answer *answers;
  uint32_t first, count;
};

static struct connection connections[CONNECTIONS_MAX];
static int connection_count;
static uint8_t buffer[READ_LENGTH];
static uint32_t max_pdu = 16384;
static uint64_t delay_ns;

/* Since the last reset. */
static uint64_t stores, associations, bytes_read, first_data_ns;

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t be32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}
static uint32_t be16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }
static uint32_t le16(const uint8_t *at) { return at[0] | (uint32_t)at[1] << 8; }
static uint32_t le32(const uint8_t *at) { return le16(at) | le16(at + 2) << 16; }
static void put_be32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (24 - 8 * i));
}
static void put_be16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

/* What is written is short; a peer that does not take it is not measured any further. */
static int write_all(int fd, const uint8_t *bytes, uint32_t length) {
  while (length > 0) {
    ssize_t written = send(fd, bytes, length, MSG_NOSIGNAL);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) {
      struct pollfd writable = {.fd = fd, .events = POLLOUT};
      if (poll(&writable, 1, 10000) <= 0) return -1;
      continue;
    }
    if (written <= 0) return -1;
    bytes += written;
    length -= (uint32_t)written;
  }
  return 0;
}

/* PS3.8 9.3.3: every context is accepted with the first transfer syntax that it was proposed with. */
static int accept_association(struct connection *c) {
  static uint8_t out[ASSOCIATE_MAX + 1024];
  const uint8_t *in = c->associate;
  uint32_t length = c->associate_length, at = 68, to = 6 + 68;
  if (length < 68) return -1;
  memset(out, 0, 6 + 68);
  out[0] = 0x02;
  put_be16(out + 6, 1);
  memcpy(out + 10, in + 4, 64);
  uint8_t window[8];
  int has_window = 0;
  while (at + 4 <= length) {
    uint8_t type = in[at];
    uint32_t item = be16(in + at + 2), end = at + 4 + item;
    if (end > length || to + item + 64 > sizeof out) return -1;
    if (type == 0x10) {
      memcpy(out + to, in + at, 4 + item);
      to += 4 + item;
    } else if (type == 0x20) {
      for (uint32_t sub = at + 8; sub + 4 <= end; sub += 4 + be16(in + sub + 2)) {
        if (in[sub] != 0x40) continue;
        uint32_t syntax = be16(in + sub + 2);
        if (sub + 4 + syntax > end) return -1;
        out[to] = 0x21;
        out[to + 1] = 0;
        put_be16(out + to + 2, 8 + syntax);
        out[to + 4] = in[at + 4];
        memset(out + to + 5, 0, 3);
        memcpy(out + to + 8, in + sub, 4 + syntax);
        to += 12 + syntax;
        break;
      }
    } else if (type == 0x50) {
      for (uint32_t sub = at + 4; sub + 4 <= end; sub += 4 + be16(in + sub + 2)) {
        if (in[sub] != 0x53 || sub + 8 > end) continue;
        memcpy(window, in + sub, 8);
        has_window = 1;
      }
    }
    at = end;
  }
  static const char class_uid[] = "2.25.281036471911838";
  uint32_t uid = (uint32_t)strlen(class_uid), user = 8 + 4 + uid + (has_window ? 8 : 0);
  out[to] = 0x50;
  out[to + 1] = 0;
  put_be16(out + to + 2, user);
  to += 4;
  put_be16(out + to, 0x5100);
  put_be16(out + to + 2, 4);
  put_be32(out + to + 4, max_pdu);
  to += 8;
  put_be16(out + to, 0x5200);
  put_be16(out + to + 2, uid);
  memcpy(out + to + 4, class_uid, uid);
  to += 4 + uid;
  if (has_window) {
    memcpy(out + to, window, 8);
    to += 8;
  }
  put_be32(out + 2, to - 6);
  associations++;
  return write_all(c->fd, out, to);
}

static const uint8_t *element(const struct connection *c, uint16_t number, uint32_t *length) {
  for (uint32_t at = 0; at + 8 <= c->command_length;) {
    uint32_t value = le32(c->command + at + 4);
    if (value > c->command_length - at - 8) return NULL;
    if (le16(c->command + at) == 0 && le16(c->command + at + 2) == number) {
      *length = value;
      return c->command + at + 8;
    }
    at += 8 + value;
  }
  return NULL;
}

static uint32_t append(uint8_t *out, uint32_t at, uint16_t number, const uint8_t *value, uint32_t length) {
  const uint8_t head[8] = {0, 0, (uint8_t)number, (uint8_t)(number >> 8), (uint8_t)length, (uint8_t)(length >> 8)};
  memcpy(out + at, head, 8);
  memcpy(out + at + 8, value, length);
  return at + 8 + length;
}

/* PS3.7 9.3.1.2 and 9.3.5.2: the response with status 0000, as one PDU. */
static int answer_request(struct connection *c) {
  uint32_t length = 0, class_length = 0, instance_length = 0;
  const uint8_t *field = element(c, 0x0100, &length), *id = element(c, 0x0110, &length);
  const uint8_t *class_uid = element(c, 0x0002, &class_length), *instance = element(c, 0x1000, &instance_length);
  if (field == NULL || id == NULL || class_uid == NULL || class_length > 64 || instance_length > 64) return -1;
  if (c->count == ANSWERS_MAX) return -1;
  if (c->answers == NULL) c->answers = calloc(ANSWERS_MAX, sizeof *c->answers);
  struct answer *answer = &c->answers[(c->first + c->count) % ANSWERS_MAX];
  uint8_t *out = answer->bytes;
  const uint8_t response[2] = {field[0], (uint8_t)(field[1] | 0x80)}, none[2] = {0x01, 0x01}, success[2] = {0, 0};
  uint32_t at = 12 + 12;
  at = append(out, at, 0x0002, class_uid, class_length);
  at = append(out, at, 0x0100, response, 2);
  at = append(out, at, 0x0120, id, 2);
  at = append(out, at, 0x0800, none, 2);
  at = append(out, at, 0x0900, success, 2);
  if (instance != NULL) at = append(out, at, 0x1000, instance, instance_length);
  uint32_t group = at - 24;
  const uint8_t group_length[4] = {(uint8_t)group, (uint8_t)(group >> 8), 0, 0};
  append(out, 12, 0x0000, group_length, 4);
  out[0] = 0x04;
  out[1] = 0;
  put_be32(out + 2, at - 6);
  put_be32(out + 6, at - 10);
  out[10] = c->context;
  out[11] = 0x03;
  if (le16(field) == 0x0001) stores++;
  c->command_length = 0;
  if (delay_ns == 0) return write_all(c->fd, out, at);
  answer->length = at;
  answer->due_ns = now_ns() + delay_ns;
  c->count++;
  return 0;
}

static int send_due(struct connection *c, uint64_t now) {
  while (c->count > 0 && c->answers[c->first].due_ns <= now) {
    struct answer *answer = &c->answers[c->first];
    if (write_all(c->fd, answer->bytes, answer->length) < 0) return -1;
    c->first = (c->first + 1) % ANSWERS_MAX;
    c->count--;
  }
  return 0;
}

static int end_of_pdv(struct connection *c) {
  uint8_t control = c->pdv[5];
  c->pdv_length = 0;
  if ((control & 0x02) == 0) return 0;
  if ((control & 0x01) == 0) return answer_request(c);
  uint32_t length = 0;
  const uint8_t *type = element(c, 0x0800, &length);
  return type != NULL && le16(type) == 0x0101 ? answer_request(c) : 0;
}

/* Returns 0 to go on, -1 to close. */
static int take(struct connection *c, const uint8_t *bytes, uint32_t length) {
  while (length > 0) {
    uint32_t used;
    if (c->header_length < 6) {
      used = 6 - c->header_length < length ? 6 - c->header_length : length;
      memcpy(c->header + c->header_length, bytes, used);
      c->header_length += used;
      if (c->header_length == 6) {
        c->pdu_left = be32(c->header + 2);
        c->associate_length = 0;
        if (c->header[0] == 0x01 && c->pdu_left > ASSOCIATE_MAX) return -1;
      }
    } else if (c->header[0] == 0x04 && c->pdv_length < 6) {
      used = 6 - c->pdv_length < length ? 6 - c->pdv_length : length;
      memcpy(c->pdv + c->pdv_length, bytes, used);
      c->pdv_length += used;
      c->pdu_left -= used;
      if (c->pdv_length == 6) {
        c->pdv_left = be32(c->pdv) - 2;
        c->context = c->pdv[4];
        if (c->pdv_left > c->pdu_left) return -1;
        if ((c->pdv[5] & 0x01) == 0 && first_data_ns == 0) first_data_ns = now_ns();
        if (c->pdv_left == 0 && end_of_pdv(c) < 0) return -1;
      }
    } else if (c->header[0] == 0x04) {
      used = c->pdv_left < length ? c->pdv_left : length;
      if ((c->pdv[5] & 0x01) != 0) {
        if (c->command_length + used > COMMAND_MAX) return -1;
        memcpy(c->command + c->command_length, bytes, used);
        c->command_length += used;
      }
      c->pdv_left -= used;
      c->pdu_left -= used;
      if (c->pdv_left == 0 && end_of_pdv(c) < 0) return -1;
    } else {
      used = c->pdu_left < length ? c->pdu_left : length;
      if (c->header[0] == 0x01) {
        if (c->associate == NULL) c->associate = malloc(ASSOCIATE_MAX);
        memcpy(c->associate + c->associate_length, bytes, used);
        c->associate_length += used;
      }
      c->pdu_left -= used;
    }
    bytes += used;
    length -= used;
    if (c->header_length < 6 || c->pdu_left > 0) continue;
    c->header_length = 0;
    if (c->header[0] == 0x01 && accept_association(c) < 0) return -1;
    if (c->header[0] == 0x05) {
      static const uint8_t release_rp[10] = {0x06, 0, 0, 0, 0, 4};
      if (write_all(c->fd, release_rp, sizeof release_rp) < 0) return -1;
    }
    if (c->header[0] == 0x07) return -1;
  }
  return 0;
}

static int listening(uint16_t *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 64) < 0) exit(1);
  getsockname(fd, (struct sockaddr *)&address, &size);
  *port = ntohs(address.sin_port);
  return fd;
}

static void add(int listener, int discards) {
  int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), on = 1;
  if (fd < 0) return;
  if (connection_count == CONNECTIONS_MAX) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct connection *c = &connections[connection_count++];
  memset(c, 0, sizeof *c);
  c->fd = fd;
  c->discards = discards;
}

static void drop(int index) {
  close(connections[index].fd);
  free(connections[index].associate);
  free(connections[index].answers);
  connections[index] = connections[--connection_count];
}

static int control(void) {
  static char line[64];
  ssize_t length = read(0, line, sizeof line - 1);
  if (length <= 0) return -1;
  line[length] = 0;
  if (strncmp(line, "reset", 5) == 0) {
    stores = associations = bytes_read = first_data_ns = 0;
    puts("ok");
  } else {
    printf("{\"stores\":%llu,\"associations\":%llu,\"bytes\":%llu,\"firstDataNs\":\"%llu\"}\n",
           (unsigned long long)stores, (unsigned long long)associations, (unsigned long long)bytes_read,
           (unsigned long long)first_data_ns);
  }
  fflush(stdout);
  return 0;
}

/* Until the next answer is due; with no timer of its own resolution, poll would round a delay up by a millisecond. */
static struct timespec *until_due(struct timespec *wait) {
  uint64_t due = 0, now = now_ns();
  for (int i = 0; i < connection_count; i++) {
    struct connection *c = &connections[i];
    if (c->count > 0 && (due == 0 || c->answers[c->first].due_ns < due)) due = c->answers[c->first].due_ns;
  }
  if (due == 0) return NULL;
  uint64_t left = due > now ? due - now : 0;
  wait->tv_sec = (time_t)(left / 1000000000u);
  wait->tv_nsec = (long)(left % 1000000000u);
  return wait;
}

int main(int argc, char **argv) {
  if (argc > 1) max_pdu = (uint32_t)strtoul(argv[1], NULL, 10);
  if (argc > 2) delay_ns = (uint64_t)(strtod(argv[2], NULL) * 1e6);
  signal(SIGPIPE, SIG_IGN);
  uint16_t dicom_port, discard_port;
  int dicom = listening(&dicom_port), discard = listening(&discard_port);
  printf("dicom %u discard %u\n", dicom_port, discard_port);
  fflush(stdout);
  for (;;) {
    struct pollfd polled[CONNECTIONS_MAX + 3] = {
        {.fd = 0, .events = POLLIN}, {.fd = dicom, .events = POLLIN}, {.fd = discard, .events = POLLIN}};
    int polled_count = connection_count;
    for (int i = 0; i < polled_count; i++) {
      polled[3 + i].fd = connections[i].fd;
      polled[3 + i].events = POLLIN;
    }
    struct timespec wait;
    if (ppoll(polled, (nfds_t)(3 + polled_count), until_due(&wait), NULL) < 0 && errno != EINTR) return 1;
    uint64_t now = delay_ns == 0 ? 0 : now_ns();
    for (int i = polled_count - 1; i >= 0; i--) {
      struct connection *c = &connections[i];
      int ended = delay_ns != 0 && send_due(c, now) < 0;
      if (!ended && polled[3 + i].revents != 0) {
        ssize_t length = recv(c->fd, buffer, sizeof buffer, 0);
        if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) ended = 1;
        if (length > 0) {
          bytes_read += (uint64_t)length;
          if (c->discards) {
            if (first_data_ns == 0) first_data_ns = now_ns();
          } else {
            ended = take(c, buffer, (uint32_t)length) < 0;
          }
        }
      }
      if (ended) drop(i);
    }
    if (polled[1].revents != 0) add(dicom, 0);
    if (polled[2].revents != 0) add(discard, 1);
    if (polled[0].revents != 0 && control() < 0) return 0;
  }
}
