/*
 * Preloaded into User-Mode Linux (linux.uml is dynamically linked).
 *
 * UML 6.1 saves a guest process's floating point registers in a buffer of 2696 bytes. The host kernel takes a register set
 * of type NT_X86_XSTATE only in its full size, and on a CPU with AMX that is 11008 bytes: the short one is refused with
 * EFAULT, UML takes that for a crash of init, and the guest panics within two seconds. So a short buffer is handed over
 * padded with zeros, and the components that lie beyond its end are marked as being in their initial state.
 * Where the buffer is large enough nothing changes.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum {
  NOTE_XSTATE = 0x202,        /* NT_X86_XSTATE of <elf.h> */
  CPUID_XSTATE = 0xd,         /* the CPUID leaf that describes the area */
  HEADER_OFFSET = 512,        /* where the bitmap of the components in use stands */
  LEGACY_COMPONENTS = 3,      /* x87 and SSE: always inside the first 512 bytes */
  LARGEST_AREA = 32768,
};

typedef long (*ptrace_function)(enum __ptrace_request, ...);

static ptrace_function real_ptrace;
static unsigned full_size;
static unsigned component_end[64];

/* Before main: UML replaces malloc and runs on small stacks later on, so nothing is looked up then. */
__attribute__((constructor)) static void prepare(void) {
  unsigned eax, ebx, ecx, edx;
  real_ptrace = (ptrace_function)dlsym(RTLD_NEXT, "ptrace");
  if (!__get_cpuid_count(CPUID_XSTATE, 0, &eax, &ebx, &ecx, &edx)) return;
  full_size = ebx <= LARGEST_AREA ? ebx : 0;
  for (int i = 2; i < 63; i++) {
    __cpuid_count(CPUID_XSTATE, i, eax, ebx, ecx, edx);
    int is_user_component = eax != 0 && (ecx & 1) == 0;
    component_end[i] = is_user_component ? eax + ebx : 0;
  }
}

static uint64_t components_within(size_t length) {
  uint64_t bits = LEGACY_COMPONENTS;
  for (int i = 2; i < 63; i++)
    if (component_end[i] != 0 && component_end[i] <= length) bits |= 1ull << i;
  return bits;
}

static long set_padded_registers(pid_t pid, void *kind, const struct iovec *given) {
  static char area[LARGEST_AREA] __attribute__((aligned(64)));
  struct iovec padded = {area, full_size};
  memcpy(area, given->iov_base, given->iov_len);
  memset(area + given->iov_len, 0, full_size - given->iov_len);
  *(uint64_t *)(area + HEADER_OFFSET) &= components_within(given->iov_len);
  return real_ptrace(PTRACE_SETREGSET, pid, kind, &padded);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  pid_t pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  if (request == PTRACE_SETREGSET && (uintptr_t)address == NOTE_XSTATE) {
    const struct iovec *given = data;
    if (given->iov_len > HEADER_OFFSET && given->iov_len < full_size) return set_padded_registers(pid, address, given);
  }
  return real_ptrace(request, pid, address, data);
}
