// SPDX-License-Identifier: MIT
// File names of a configuration are relative to the folder of its main file.
#pragma once

// The folder of a file, owned; "" for the working directory.
char *path_folder(const char *file);

// The name as seen from the folder, owned; an absolute one as it is.
char *path_beside(const char *folder, const char *name);
