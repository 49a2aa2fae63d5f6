// SPDX-License-Identifier: MIT
// libcurl's multi interface driven by a libuv loop: one uv_poll a socket, one uv_timer. Knows
// nothing of requests; http.c sits on top.
#pragma once

#include <curl/curl.h>
#include <uv.h>

struct curl_loop;

struct curl_loop_events {
    // A transfer ended and its handle is out of the multi already. Must not start, cancel or call
    // the user: it is called between two reads of libcurl's queue.
    void (*on_done)(void *data, CURL *easy, CURLcode result);
    // The queue is empty; anything may be done, curl_loop_close included.
    void (*on_drained)(void *data);
    void *data;
};

// Never NULL. The loop must outlive it.
struct curl_loop *curl_loop_new(uv_loop_t *loop, const struct curl_loop_events *events);

// Hands a handle to the multi; nothing is called back from inside. Returns 0 or -EINVAL.
int curl_loop_add(struct curl_loop *curl_loop, CURL *easy);

// Takes a handle out that on_done was not called for.
void curl_loop_remove(struct curl_loop *curl_loop, CURL *easy);

// To be called when no handle is in it any more. Closes every uv handle, then calls back and frees.
void curl_loop_close(struct curl_loop *curl_loop, void (*on_closed)(void *data), void *data);
