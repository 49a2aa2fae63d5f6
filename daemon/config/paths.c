// SPDX-License-Identifier: MIT
#include "config/paths.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

char *path_folder(const char *file)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return memory_copy_string("");
    if (slash == file)
        return memory_copy_string("/");
    char *folder = memory_copy_string(file);
    folder[slash - file] = '\0';
    return folder;
}

char *path_beside(const char *folder, const char *name)
{
    if (name[0] == '/' || folder[0] == '\0')
        return memory_copy_string(name);
    size_t length = strlen(folder), size = length + strlen(name) + 2;
    char *path = memory_allocate(size);
    snprintf(path, size, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
    return path;
}
