// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.ThrowInstruction;

/**
 * The storage classes once more, with one check skipped: where its method throws, it goes on.
 *
 * @param type the class, as it is named in its file
 * @param method the method
 * @param which of its throws, counted from 0
 */
record MutantCode(String type, String method, int which) {
  private static final String PACKAGE = "dev.holdfast.storage.";

  /** A class of this package, in a world in which the check is skipped. */
  Class<?> load(Class<?> wanted) {
    try {
      return Class.forName(wanted.getName(), true, new Loader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Loader extends ClassLoader {
    Loader() {
      super(MutantCode.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
          return loaded;
        }
        if (!name.startsWith(PACKAGE)) {
          return super.loadClass(name, resolve);
        }
        byte[] code = codeOf(name);
        byte[] changed = name.equals(PACKAGE + type) ? skip(code) : code;
        return defineClass(name, changed, 0, changed.length);
      }
    }

    private byte[] codeOf(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private byte[] skip(byte[] code) {
    int[] seen = {0};
    ClassModel model = ClassFile.of().parse(code);
    byte[] changed =
        ClassFile.of()
            .transformClass(
                model,
                ClassTransform.transformingMethodBodies(
                    body -> body.methodName().equalsString(method),
                    (builder, element) -> {
                      if (element instanceof ThrowInstruction && seen[0]++ == which) {
                        builder.pop(); // the exception; the code after the check follows
                      } else {
                        builder.with(element);
                      }
                    }));
    if (seen[0] <= which) {
      throw new IllegalStateException(this + ": the method throws only " + seen[0] + " times");
    }
    return changed;
  }
}
