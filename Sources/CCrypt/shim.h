// crypt_r(3) of libxcrypt, which knows bcrypt.
#include <crypt.h>
