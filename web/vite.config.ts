import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** `npx vite build web` writes web/dist, which the query service serves. */
export default defineConfig({
  plugins: [react()],
  build: { outDir: "dist", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 700 },
});
