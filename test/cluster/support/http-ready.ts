/** Whether a GET of this URL is answered with 200 now. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    // Refused, cut off or late: it is not ready, and whoever asks does so again.
    return false;
  }
}
