/* Header and library are of one version, and the parts make the whole. */
#include "host.h"

int main(void) {
    unsigned major, minor, patch;
    char composed[32];

    IS(obligor_abi_version(), OBLIGOR_ABI_VERSION);
    IS(obligor_version_number(), OBLIGOR_VERSION_NUMBER);
    IS(strcmp(obligor_version(), OBLIGOR_VERSION), 0);
    IS(sscanf(OBLIGOR_VERSION, "%u.%u.%u", &major, &minor, &patch), 3);
    IS(major * 1000000 + minor * 1000 + patch, OBLIGOR_VERSION_NUMBER);
    snprintf(composed, sizeof composed, "%u.%u.%u", OBLIGOR_VERSION_NUMBER / 1000000,
             OBLIGOR_VERSION_NUMBER / 1000 % 1000, OBLIGOR_VERSION_NUMBER % 1000);
    IS(strcmp(composed, OBLIGOR_VERSION), 0);
    return 0;
}
