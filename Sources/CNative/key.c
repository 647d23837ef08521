#include "CNative.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

static EVP_PKEY *pkey(const cn_key *key) { return (EVP_PKEY *)key; }

static int no_passphrase(char *out, int size, int writing, void *context) {
    (void)out, (void)size, (void)writing, (void)context;
    return -1;
}

// What is left in the queue would be told as the next failure of TLS on this thread.
static cn_key *quiet(EVP_PKEY *key) {
    ERR_clear_error();
    return (cn_key *)key;
}

cn_key *cn_key_generate(void) { return quiet(EVP_EC_gen("P-256")); }

cn_key *cn_key_read_private(const char *pem, size_t count) {
    BIO *in = BIO_new_mem_buf(pem, (int)count);
    if (in == NULL) return NULL;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL);
    BIO_free(in);
    return quiet(key);
}

cn_key *cn_key_read_public(const char *pem, size_t count) {
    BIO *in = BIO_new_mem_buf(pem, (int)count);
    if (in == NULL) return NULL;
    EVP_PKEY *key = PEM_read_bio_PUBKEY(in, NULL, no_passphrase, NULL);
    BIO_free(in);
    return quiet(key);
}

int cn_key_is_on(const cn_key *key, const char *curve) {
    char name[64];
    size_t count = 0;
    return EVP_PKEY_is_a(pkey(key), "EC") == 1 &&
           EVP_PKEY_get_group_name(pkey(key), name, sizeof name, &count) == 1 &&
           strcmp(name, curve) == 0;
}

// Takes what was written to memory, and frees that.
static int64_t taken(BIO *from, int written, uint8_t *out, size_t count) {
    char *bytes = NULL;
    long length = BIO_get_mem_data(from, &bytes);
    int64_t result = -1;
    if (written == 1 && length > 0 && (size_t)length <= count) {
        memcpy(out, bytes, (size_t)length);
        result = length;
    }
    BIO_free(from);
    ERR_clear_error();
    return result;
}

int64_t cn_key_private_pem(const cn_key *key, uint8_t *out, size_t count) {
    BIO *to = BIO_new(BIO_s_secmem());
    if (to == NULL) return -1;
    return taken(to, PEM_write_bio_PKCS8PrivateKey(to, pkey(key), NULL, NULL, 0, NULL, NULL), out,
                 count);
}

int64_t cn_key_public_pem(const cn_key *key, uint8_t *out, size_t count) {
    BIO *to = BIO_new(BIO_s_mem());
    if (to == NULL) return -1;
    return taken(to, PEM_write_bio_PUBKEY(to, pkey(key)), out, count);
}

int64_t cn_key_public_der(const cn_key *key, uint8_t *out, size_t count) {
    BIO *to = BIO_new(BIO_s_mem());
    if (to == NULL) return -1;
    return taken(to, i2d_PUBKEY_bio(to, pkey(key)), out, count);
}

int64_t cn_key_sign(const cn_key *key, const uint8_t *message, size_t message_count, uint8_t *out,
                    size_t count) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return -1;
    size_t length = count;
    int done = EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey(key)) == 1 &&
               EVP_DigestSign(context, out, &length, message, message_count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return done ? (int64_t)length : -1;
}

int cn_key_verify(const cn_key *key, const uint8_t *message, size_t message_count,
                  const uint8_t *signature, size_t count) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return 0;
    int valid = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey(key)) == 1 &&
                EVP_DigestVerify(context, signature, count, message, message_count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return valid;
}

void cn_key_free(cn_key *key) { EVP_PKEY_free(pkey(key)); }
