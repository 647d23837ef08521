#include "CNative.h"

#include <openssl/evp.h>

cn_hash *cn_hash_new(int bits) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return NULL;
    if (EVP_DigestInit_ex(context, bits == 512 ? EVP_sha512() : EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    return (cn_hash *)context;
}

int cn_hash_update(cn_hash *hash, const void *bytes, size_t count) {
    return EVP_DigestUpdate((EVP_MD_CTX *)hash, bytes, count);
}

int cn_hash_final(cn_hash *hash, uint8_t out[64]) {
    unsigned int count = 0;
    return EVP_DigestFinal_ex((EVP_MD_CTX *)hash, out, &count) == 1 ? (int)count : 0;
}

void cn_hash_free(cn_hash *hash) { EVP_MD_CTX_free((EVP_MD_CTX *)hash); }
