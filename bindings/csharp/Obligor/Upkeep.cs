using System;

namespace Obligor
{
    public sealed partial class Engine
    {
        /// <summary>
        /// Checks the credit state: the database itself, every kept sum, every link of the record. What is wrong is in the
        /// answer's <c>faults</c>, which is empty when nothing is.
        /// </summary>
        /// <param name="progress">Is told how far it is, and may stop it; or null.</param>
        /// <returns>JSON, as in <c>include/schema/verify.answer.json</c>.</returns>
        /// <exception cref="CancelledException">The callback stopped it.</exception>
        public string Verify(Progress progress = null)
        {
            return DoLong(progress, (uint engine, ProgressCallback tell, byte[] buf, UIntPtr cap, out UIntPtr needed) =>
                handle.Native.obligor_verify(engine, tell, IntPtr.Zero, buf, cap, out needed));
        }

        /// <summary>
        /// Copies the credit state to a new file while it is in use. The key that personal numbers are hashed with is not
        /// copied: keep it apart.
        /// </summary>
        /// <exception cref="FileException">The file exists, or cannot be written.</exception>
        public void Backup(string path)
        {
            var place = Text.In("path", path);
            using (var use = handle.Enter())
            {
                handle.Native.Check(handle.Native.obligor_backup(use.Number, place, place.Length));
            }
        }
    }
}
