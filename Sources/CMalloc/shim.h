// The tuning of glibc's allocator, which the module Glibc leaves out.
#include <malloc.h>
