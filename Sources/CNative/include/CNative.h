// Thin shims over the C libraries: what Swift cannot import (variadic functions, macros)
// or should not have to see (context structs). No logic, no allocation that is not named.
#ifndef CNATIVE_H
#define CNATIVE_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// libcurl: curl_easy_setopt and friends are variadic, so one shim a kind of value.
CURLcode cn_easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode cn_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode cn_easy_set_pointer(CURL *easy, CURLoption option, const void *value);
CURLcode cn_easy_set_transfer(CURL *easy, CURLoption option,
                              size_t (*callback)(char *, size_t, size_t, void *));
CURLcode cn_easy_restrict_protocols(CURL *easy);
CURLcode cn_easy_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode cn_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
// What CURLOPT_PRIVATE was set to.
void *cn_easy_get_private(CURL *easy);
CURLMcode cn_multi_set_long(CURLM *multi, CURLMoption option, long value);
// The easy handle and result of the next finished transfer, or NULL when there is none.
CURL *cn_multi_next_done(CURLM *multi, CURLcode *result);

// OpenSSL EVP: incremental SHA-2. bits is 256 or 512; NULL when the library refuses.
typedef struct cn_hash cn_hash;
cn_hash *cn_hash_new(int bits);
int cn_hash_update(cn_hash *hash, const void *bytes, size_t count);
// Writes the digest (32 or 64 bytes) and returns its length, 0 on failure.
int cn_hash_final(cn_hash *hash, uint8_t out[64]);
void cn_hash_free(cn_hash *hash);

// OpenSSL EVP: ECDSA on P-256 over SHA-256. What gives bytes returns their count, or -1 where the
// library refuses or they do not fit.
typedef struct cn_key cn_key;
cn_key *cn_key_generate(void);
// NULL unless the text holds a private key (PKCS#8), or a public key (SPKI), in PEM. An encrypted key
// is refused; nobody is asked for a passphrase.
cn_key *cn_key_read_private(const char *pem, size_t count);
cn_key *cn_key_read_public(const char *pem, size_t count);
// 1 where the key is on the curve of this OpenSSL name.
int cn_key_is_on(const cn_key *key, const char *curve);
int64_t cn_key_private_pem(const cn_key *key, uint8_t *out, size_t count);
int64_t cn_key_public_pem(const cn_key *key, uint8_t *out, size_t count);
int64_t cn_key_public_der(const cn_key *key, uint8_t *out, size_t count);
int64_t cn_key_sign(const cn_key *key, const uint8_t *message, size_t message_count, uint8_t *out,
                    size_t count);
// 1 where the signature (DER) is the key's.
int cn_key_verify(const cn_key *key, const uint8_t *message, size_t message_count,
                  const uint8_t *signature, size_t count);
void cn_key_free(cn_key *key);

// Deflate one block of a raw deflate stream, ending on a byte boundary (a sync flush) so that
// blocks may simply be joined. The history is up to 32 KiB that stand before the block. Levels
// 1 to 3 are ISA-L's, 4 to 9 zlib's. Returns the bytes written, or -1.
int64_t cn_deflate_block(int level, const uint8_t *history, size_t history_count,
                         const uint8_t *in, size_t in_count, uint8_t *out, size_t out_count);
// An upper bound for the output of cn_deflate_block.
size_t cn_deflate_bound(size_t in_count);
// CRC-32 as RFC 1952 has it, continued from crc (0 at the start).
uint32_t cn_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

// Compress bytes into one zstd frame of its own. Returns the bytes written, or -1.
int64_t cn_zstd_frame(int level, const uint8_t *in, size_t in_count, uint8_t *out,
                      size_t out_count);
size_t cn_zstd_bound(size_t in_count);

// Streaming decompression, gzip (any number of members) or zstd (any number of frames).
typedef struct cn_decoder cn_decoder;
cn_decoder *cn_gzip_decoder_new(void);
cn_decoder *cn_zstd_decoder_new(void);
// Takes some of in, gives some of out. Returns 0 to go on, 1 at the end of a member or frame,
// -1 when the data is corrupt.
int cn_decoder_step(cn_decoder *decoder, const uint8_t *in, size_t in_count, size_t *taken,
                    uint8_t *out, size_t out_count, size_t *given);
void cn_decoder_free(cn_decoder *decoder);

// Opens a regular file for reading below a directory, following no link on the way. Returns -1
// where there is none, or the kernel is older than 5.6.
int cn_open_beneath(int directory, const char *path);

// Reads what the system holds in memory. Returns -1 with EAGAIN where the disk would have to be waited
// for, and with EOPNOTSUPP on file systems that cannot tell.
ssize_t cn_read_cached(int file, void *bytes, size_t count, int64_t offset);

// 1 where some bytes stand anywhere in others: memmem, which glibc hides from Swift.
int cn_holds(const void *bytes, size_t count, const void *needle, size_t needle_count);

// What the file system knows of a file, times in seconds since 1970.
struct cn_file_status {
    int64_t size, links, modified, changed;
    uint64_t inode;
    int is_directory;
};

// Of a path, no link followed, or with NULL of an open file. Returns -1 with errno where there is none.
int cn_file_status(const char *path, int file, struct cn_file_status *out);

#endif
